"""Little's test by its formula: d2, d2 with divisor N - 1, df, both p, patterns, EM iterations (numpy 2.4, scipy 1.17)."""
import numpy as np, csv
from scipy.stats import chi2
def em(X,tol=1e-12,maxit=20000):
    n,p=X.shape; O=~np.isnan(X)
    mu=np.nanmean(X,0); S=np.diag(np.nanvar(X,0))
    for it in range(maxit):
        T1=np.zeros(p);T2=np.zeros((p,p))
        for i in range(n):
            o=O[i];m=~o;x=X[i].copy();C=np.zeros((p,p))
            if m.any():
                B=np.linalg.solve(S[np.ix_(o,o)],S[np.ix_(o,m)]).T if o.any() else np.zeros((m.sum(),0))
                x[m]=mu[m]+B@(X[i,o]-mu[o])
                C[np.ix_(m,m)]=S[np.ix_(m,m)]-B@S[np.ix_(o,m)]
            T1+=x;T2+=np.outer(x,x)+C
        mu2=T1/n;S2=T2/n-np.outer(mu2,mu2)
        d=max(abs(mu2-mu).max(),abs(S2-S).max()/abs(S2).max());mu,S=mu2,S2
        if d<tol:break
    return mu,S,it
def little(X):
    X=X[~np.isnan(X).all(1)]
    n,p=X.shape;mu,S,it=em(X);O=~np.isnan(X)
    pats={}
    for i in range(n):pats.setdefault(tuple(O[i]),[]).append(i)
    d=0;df=-p
    for o,idx in pats.items():
        o=np.array(o);df+=o.sum();y=X[idx][:,o].mean(0)-mu[o]
        d+=len(idx)*y@np.linalg.solve(S[np.ix_(o,o)],y)
    return d,d*(n-1)/n,df,chi2.sf(d,df),chi2.sf(d*(n-1)/n,df),len(pats),it
if __name__ == "__main__":
    def read(path, keep=lambda row: True, names=None):
        rows = [r for r in csv.DictReader(open(path)) if keep(r)]
        names = names or list(rows[0])
        return np.array([[float(r[c]) if r[c] else np.nan for c in names] for r in rows])
    print("airquality", little(read("airquality.csv")))
    path = "../../../../examples/yongkang/survey.csv"
    names = [c for c in next(csv.reader(open(path))) if c[0] in "TMY"]
    print("yongkang", little(read(path, lambda r: r["in_industry"] == "1", names)))
