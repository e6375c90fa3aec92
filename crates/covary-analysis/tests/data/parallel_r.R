set.seed(20261124); N<-233;p<-24
d <- as.matrix(read.csv("../../../../examples/yongkang/valid_items.csv"))
B<-20000
e<-t(replicate(B,eigen(cor(matrix(rnorm(N*p),N)),symmetric=TRUE,only.values=TRUE)$values))
f<-t(replicate(B,eigen(cor(apply(d,2,sample)),symmetric=TRUE,only.values=TRUE)$values))
q<-function(x)apply(x,2,quantile,.95,type=6)
library(jsonlite)
write(toJSON(list(replicates=B,normal_mean=colMeans(e),normal_sd=apply(e,2,sd),normal_p95=q(e),permuted_mean=colMeans(f),permuted_p95=q(f)),digits=8),"parallel_r.json")
