# Parameter tables of lavaan 0.6-14 under options that change them. Rscript options.R options.json
suppressMessages({library(lavaan); library(jsonlite)})
set.seed(1)
variables <- c(paste0("x", 1:9), paste0("y", 1:4), "y", "z", "w", "m", "u", "v")
common <- rnorm(120)
data <- as.data.frame(sapply(variables, function(v) 0.6 * common + rnorm(120)))
data$group <- rep(c("A", "B", "C"), each = 40)
cases <- list()
add <- function(id, model, ..., f = "cfa", groups = character()) {
  options <- list(...)
  args <- c(list(model = model, data = data, optim.method = "none", se = "none", check.post = FALSE), options)
  if (length(groups)) { args$group <- "group"; args$data <- data[data$group %in% groups, ] }
  fit <- tryCatch(suppressWarnings(do.call(f, args)), error = function(e) conditionMessage(e))
  if (is.character(fit)) { message("ERROR ", id, ": ", gsub("\n", " ", fit)); return(invisible()) }
  p <- parTable(fit)
  value <- ifelse(p$free > 0, "*", ifelse(p$exo > 0, "x", ifelse(p$op %in% c("==", "<", ">", ":="), "", as.character(p$ustart))))
  rows <- lapply(seq_along(p$lhs), function(k) list(p$group[k], p$lhs[k], p$op[k], p$rhs[k], value[k], p$label[k], as.integer(p$user[k] == 1)))
  case <- list(id = id, `function` = f)
  if (length(groups)) case$groups <- I(groups)
  if (length(options)) case$options <- options
  case$model <- model
  df <- tryCatch(fitMeasures(fit, "df")[[1]], error = function(e) NULL)
  if (!is.null(df)) case$df <- df
  case$rows <- rows
  cases[[length(cases) + 1]] <<- case
}
two <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
three <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9"
AB <- c("A", "B")
med <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\ng ~ f\nh ~ g + f + z\ny ~ h + w\nv ~ h"
reg <- "g ~ f + z\nh ~ f + z\n"
structural <- paste0(three, "\ng ~ f\nh ~ f")
second <- "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\ns =~ f + g + h"
# effect coding
for (e in list(c("loadings"), c("intercepts"), c("loadings", "intercepts"))) {
  n <- paste(substr(e, 1, 1), collapse = "")
  both <- length(e) == 2
  add(paste0("ec-", n), two, effect.coding = e)
  add(paste0("ec-means-", n), two, effect.coding = e, meanstructure = TRUE)
  add(paste0("ec-g2-", n), two, effect.coding = e, groups = AB)
  if (both) add(paste0("ec-g2-equal-l-", n), two, effect.coding = e, group.equal = "loadings", groups = AB)
  add(paste0("ec-g2-equal-li-", n), two, effect.coding = e, group.equal = c("loadings", "intercepts"), groups = AB)
  if (both) add(paste0("ec-second-", n), second, effect.coding = e, meanstructure = TRUE)
  add(paste0("ec-fixed-", n), "f =~ 1*x1 + x2 + x3\ng =~ x4 + NA*x5 + x6", effect.coding = e, meanstructure = TRUE)
  add(paste0("ec-fixed2-", n), "f =~ x1 + 0.5*x2 + x3\ng =~ x4 + start(2)*x5 + x6", effect.coding = e, meanstructure = TRUE)
  if (both) add(paste0("ec-label-", n), "f =~ a*x1 + a*x2 + x3\ng =~ x4 + b*x5 + x6\nd := a*b", effect.coding = e, meanstructure = TRUE)
  if (both) add(paste0("ec-constraint-", n), "f =~ a*x1 + b*x2 + x3\ng =~ x4 + x5 + x6\na == 2*b", effect.coding = e, meanstructure = TRUE)
  add(paste0("ec-cross-", n), "f =~ x1 + x2 + x3 + x4\ng =~ x4 + x5 + x6", effect.coding = e, meanstructure = TRUE)
  add(paste0("ec-single-", n), "f =~ x1 + x2 + x3\ng =~ x4", effect.coding = e, meanstructure = TRUE)
  add(paste0("ec-int-", n), "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~ 0*1\nf ~ 1", effect.coding = e)
  add(paste0("ec-int2-", n), "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~ 1\nf ~ 0*1\nx5 ~ b*1", effect.coding = e)
  if (both) add(paste0("ec-sem-", n), med, effect.coding = e, meanstructure = TRUE, f = "sem")
  add(paste0("ec-lavaan-", n), two, effect.coding = e, meanstructure = TRUE, auto.var = TRUE, f = "lavaan")
  if (both) add(paste0("ec-g2-labels-", n), "f =~ c(a,b)*x1 + x2 + x3\ng =~ x4 + x5 + x6", effect.coding = e, groups = AB)
  if (both) add(paste0("ec-g2-partial-", n), two, effect.coding = e, group.equal = c("loadings", "intercepts"), group.partial = c("f=~x2", "x2~1"), groups = AB)
}
# orthogonal
for (o in c("orthogonal", "orthogonal.x", "orthogonal.y")) {
  set <- function(...) c(list(...), setNames(list(TRUE), o))
  do <- function(id, model, ...) do.call(add, c(list(paste0(o, "-", id), model), setNames(list(TRUE), o), list(...)))
  do("cfa", three); do("sem", structural, f = "sem"); do("med", med, f = "sem"); do("second", second)
  do("mixed", "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nk =~ y1 + y2 + y3\ng ~ f + h\nk ~ f + h\ny ~ f\nw ~ f", f = "sem")
  do("stated", paste0(three, "\nf ~~ g"))
  do("g2", structural, f = "sem", groups = AB)
  do("obs", "y ~ x1 + x2\nz ~ x1 + x2", f = "sem")
  do("growth", "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ni ~ z\ns ~ z", f = "growth")
  do("random", "f =~ x1 + x2 + x3\ny ~ f + z", fixed.x = FALSE, f = "sem")
}
# std.lv
for (e in list("loadings", c("loadings", "intercepts", "residuals", "lv.variances", "lv.covariances", "means"), c("loadings", "regressions", "intercepts", "residual.covariances"))) {
  n <- paste(substr(e, 1, 4), collapse = "-")
  add(paste0("stdlv-", n), two, std.lv = TRUE, group.equal = e, groups = AB)
  add(paste0("stdlv3-", n), two, std.lv = TRUE, group.equal = e, groups = c("A", "B", "C"))
  add(paste0("stdlv-sem-", n), structural, std.lv = TRUE, group.equal = e, groups = AB, f = "sem")
  add(paste0("stdlv-second-", n), second, std.lv = TRUE, group.equal = e, groups = AB)
  add(paste0("stdlv-stated-", n), paste0(two, "\nf ~~ f\ng ~~ NA*g"), std.lv = TRUE, group.equal = e, groups = AB)
  add(paste0("stdlv-partial-", n), two, std.lv = TRUE, group.equal = e, group.partial = c("f =~ x2", "g=~x4", "x1 ~ 1"), groups = AB)
  add(paste0("partial-", n), two, group.equal = e, group.partial = c(" f =~ x3", "x2~1", "g=~ x5", "f~~g", "f~1"), groups = AB)
  add(paste0("bifactor-", n), "f =~ x1 + x2 + x3 + x4 + x5 + x6\ng =~ x4 + x5 + x6", std.lv = TRUE, orthogonal = TRUE, group.equal = e, groups = AB)
}
# group weights
add("gw", two, group.w.free = TRUE)
add("gw-g2", two, group.w.free = TRUE, groups = AB)
add("gw-g3", two, group.w.free = TRUE, groups = c("A", "B", "C"), group.equal = "loadings")
add("gw-stated", paste0(two, "\ngroup % c(w1, w2)*w\nd := w1 - w2"), groups = AB)
add("gw-stated2", paste0(two, "\ngroup % c(w1, w2)*w"), group.w.free = TRUE, groups = AB)
# auto and int, nothing, function lavaan
flags <- c("auto.fix.first", "auto.fix.single", "auto.var", "auto.cov.lv.x", "auto.cov.y", "int.ov.free", "int.lv.free")
for (o in flags) {
  do <- function(id, model, value, ...) do.call(add, c(list(paste0(o, "-", id), model), setNames(list(value), o), list(...)))
  do("lavaan", med, TRUE, f = "lavaan"); do("lavaan-means", med, TRUE, meanstructure = TRUE, f = "lavaan")
}
add("lavaan-all", med, auto.fix.first = TRUE, auto.fix.single = TRUE, auto.var = TRUE, auto.cov.lv.x = TRUE, auto.cov.y = TRUE, meanstructure = TRUE, int.ov.free = TRUE, f = "lavaan")
add("lavaan-modeltype", med, model.type = "cfa", f = "lavaan")
add("lavaan-growth", "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ni ~ z\ns ~ z", model.type = "growth", auto.var = TRUE, auto.cov.lv.x = TRUE, auto.cov.y = TRUE, f = "lavaan")
# mimic
for (mm in c("Mplus", "EQS", "lm")) {
  add(paste0("mimic-two-", mm), two, mimic = mm)
  add(paste0("mimic-med-", mm), med, mimic = mm, f = "sem")
  add(paste0("mimic-reg-", mm), "y ~ x1 + x2\nz ~ x1", mimic = mm, f = "sem")
  add(paste0("mimic-g2-", mm), two, mimic = mm, groups = AB, group.equal = "loadings")
  add(paste0("mimic-int-", mm), paste0(two, "\nf ~ z"), mimic = mm, meanstructure = "default", f = "sem")
}
add("mimic-g2-none", two, mimic = "Mplus", groups = AB)
add("meanstructure-default", two, meanstructure = "default")
# conditional.x
add("cx-reg", "y ~ x1 + x2\nz ~ x1", conditional.x = TRUE, f = "sem")
add("cx-med", med, conditional.x = TRUE, f = "sem")
add("cx-two", two, conditional.x = TRUE)
add("cx-mimic", paste0(two, "\nf ~ z + w\ng ~ z"), conditional.x = TRUE, f = "sem")
add("cx-g2", paste0(two, "\nf ~ z + w\ng ~ z"), conditional.x = TRUE, f = "sem", groups = AB)
add("cx-ov", paste0(two, "\nf ~ z + w\nx3 ~ z"), conditional.x = TRUE, f = "sem")
add("cx-stated", paste0(two, "\nf ~ z + w\nz ~~ w"), conditional.x = TRUE, f = "sem")
add("cx-growth", "i =~ 1*y1 + 1*y2 + 1*y3 + 1*y4\ns =~ 0*y1 + 1*y2 + 2*y3 + 3*y4\ni ~ z\ns ~ z", conditional.x = TRUE, f = "growth")
# correlation
add("cor-two", two, correlation = TRUE)
add("cor-means", two, correlation = TRUE, meanstructure = TRUE)
add("cor-stdlv", two, correlation = TRUE, std.lv = TRUE)
add("cor-med", med, correlation = TRUE, fixed.x = FALSE, f = "sem")
add("cor-g2", two, correlation = TRUE, groups = AB)
add("cor-path", "m ~ x1\ny ~ m + x1", correlation = TRUE, fixed.x = FALSE, f = "sem")
add("cor-path2", "m ~ x1 + x2\ny ~ m + x1", correlation = TRUE, fixed.x = FALSE, meanstructure = TRUE, f = "sem")
# composites
add("comp1", "c <~ x1 + x2 + x3\ny ~ c", f = "sem")
add("comp2", "c <~ 1*x1 + x2 + x3\ny ~ c\nz ~ c", f = "sem")
add("comp3", "c <~ 1*x1 + x2 + x3\nf =~ x4 + x5 + x6\ng =~ x7 + x8 + x9\nf ~ c\ng ~ c", f = "sem")
add("comp4", "c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\nf ~ c", f = "sem", meanstructure = TRUE, fixed.x = FALSE)
add("comp5", "c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\nc ~ f", f = "sem")
add("comp6", "c <~ x1 + x2 + x3\nd <~ y1 + y2\nf =~ x4 + x5 + x6\nf ~ c + d", f = "sem", std.lv = TRUE)
add("comp7", "c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\nf ~ c\nc ~~ c", f = "sem")
add("comp8", "c <~ 1*x1 + x2 + x3\nf =~ x4 + x5 + x6\nf ~ c", f = "sem", groups = AB, group.equal = c("loadings", "regressions"))
add("comp9", "c <~ 1*x1 + x2\nc =~ y1 + y2\n", f = "sem")
add("comp10", "c <~ 1*x1 + x2\nf =~ x4 + x5 + x6\nc ~~ f", f = "sem")
add("comp11", "c <~ 1*x1 + x2\nf =~ x4 + x5 + x6\nf ~ c\nx1 ~~ x2", f = "sem")
# constraints option, product, phantom
add("constraints", "f =~ x1 + a*x2 + b*x3 + x4", constraints = "a == b\nd := a*b", f = "cfa")
add("constraints2", "f =~ x1 + a*x2 + b*x3 + x4\na > 0", constraints = "a == b; b < 3", f = "cfa")
add("phantom", "f =~ 0\ng =~ x1 + x2 + x3\nf ~ g", f = "sem")
add("phantom2", "f =~ 0\ng =~ x1 + x2 + x3\nf ~ 1*x1 + x4", f = "sem", meanstructure = TRUE)
add("phantom3", "f =~ 0\nf ~~ 1*f\ng =~ x1 + x2 + x3\ng ~ f", f = "sem", meanstructure = TRUE)
add("product", "y ~ z + w + z:w", f = "sem")
add("product2", "f =~ x1 + x2 + x3\nf ~ z + w + z:w\ny ~ f", f = "sem", meanstructure = TRUE)
text <- sapply(cases, function(case) paste0("  ", toJSON(case, auto_unbox = TRUE)))
source <- "Models written for this test, completed by lavaan 0.6-14 (R 4.3) on simulated data by options.R. Tolerance: none, rows are equal."
columns <- c("group", "lhs", "op", "rhs", "value: * free, x fixed at the sample's value, else the fixed value", "label", "stated by the text")
writeLines(paste0("{\n \"source\": ", toJSON(source, auto_unbox = TRUE), ",\n \"columns\": ", toJSON(columns), ",\n \"cases\": [\n", paste(text, collapse = ",\n"), "\n ]\n}"), commandArgs(TRUE)[1])
