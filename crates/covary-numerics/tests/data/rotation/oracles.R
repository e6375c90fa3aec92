# Writes the rotated loadings and factor correlations that tests/rotation.rs compares with.
# Made with R 4.2.2 and GPArotation 2022.10-2: Rscript oracles.R, in this folder.
library(GPArotation)
unrotated <- as.matrix(read.csv("unrotated.csv", header = FALSE, comment.char = "#"))
dimnames(unrotated) <- NULL
p <- nrow(unrotated); m <- ncol(unrotated)

arrange <- function(loadings, phi = diag(ncol(loadings)), reorder = TRUE) {
  sign <- ifelse(colSums(loadings) < 0, -1, 1)
  loadings <- loadings %*% diag(sign); phi <- diag(sign) %*% phi %*% diag(sign)
  o <- if (reorder) order(-colSums(loadings^2)) else seq_len(ncol(loadings))
  rbind(loadings[, o], phi[o, o])
}
save <- function(name, note, matrix) {
  file <- paste0(name, ".csv")
  writeLines(paste0("# ", note, "; rows of loadings, then of factor correlations"), file)
  write.table(formatC(matrix, digits = 13, format = "g"), file, append = TRUE, sep = ",", quote = FALSE, row.names = FALSE, col.names = FALSE)
}
gpa <- function(name, call, rotated) save(name, paste("GPArotation 2022.10-2:", call),
  arrange(rotated$loadings, if (is.null(rotated$Phi)) diag(m) else rotated$Phi))

eps <- 1e-8; maxit <- 3000
gpa("varimax", "Varimax, normalize", Varimax(unrotated, normalize = TRUE, eps = eps, maxit = maxit))
gpa("quartimax", "quartimax, normalize", quartimax(unrotated, normalize = TRUE, eps = eps, maxit = maxit))
gpa("quartimax_raw", "quartimax", quartimax(unrotated, eps = eps, maxit = maxit))
gpa("equamax", "cfT, kappa = m/(2p), normalize", cfT(unrotated, kappa = m / (2 * p), normalize = TRUE, eps = eps, maxit = maxit))
gpa("oblimin_0", "oblimin, gam = 0, normalize", oblimin(unrotated, gam = 0, normalize = TRUE, eps = eps, maxit = maxit))
gpa("oblimin_minus", "oblimin, gam = -0.5, normalize", oblimin(unrotated, gam = -0.5, normalize = TRUE, eps = eps, maxit = maxit))

# stats::promax differs from SPSS's by a factor h^kappa in the target: the same where all communalities are 1.
unit <- unrotated / sqrt(rowSums(unrotated^2))
varimax_unit <- arrange(Varimax(unit, normalize = TRUE, eps = eps, maxit = maxit)$loadings)[seq_len(p), ]
r <- promax(varimax_unit, m = 4)
u <- solve(r$rotmat)
save("promax_unit_communalities", "R 4.2.2 stats::promax(m = 4) of rows of length 1", arrange(unclass(r$loadings), u %*% t(u), reorder = FALSE))

# SPSS's target, by regression as documented.
varimax <- arrange(Varimax(unrotated, normalize = TRUE, eps = eps, maxit = maxit)$loadings)[seq_len(p), ]
target <- sign(varimax) * abs(varimax / sqrt(rowSums(varimax^2)))^4
u <- lm.fit(varimax, target)$coefficients
u <- u %*% diag(sqrt(diag(solve(t(u) %*% u))))
save("promax_spss", "lm.fit on SPSS's target, R 4.2.2", arrange(varimax %*% u, solve(u) %*% t(solve(u)), reorder = FALSE))
