package lazyregexp

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestItFindsWhatTheExpressionFinds(t *testing.T) {
	const text, s = `([a-z])(\d)`, "x a1 b2"
	ours := New(text)
	if ours.String() != text || !ours.MatchString(s) || ours.MatchString("x") || ours.FindString(s) != "a1" ||
		strings.Join(ours.FindStringSubmatch(s), " ") != "a1 a 1" || ours.ReplaceAllStringFunc(s, strings.ToUpper) != "x A1 B2" {
		t.Error("it does not find what the expression finds")
	}
}

// What is compiled late is wrong late, so each text of the module is compiled here.
func TestTheTextsOfTheModuleAreExpressions(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../../..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".go" {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !isNew(call.Fun) {
				return true
			}
			if literal, ok := call.Args[0].(*ast.BasicLit); ok {
				found++
				text, err := strconv.Unquote(literal.Value)
				if err == nil {
					_, err = regexp.Compile(text)
				}
				if err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || found < 20 {
		t.Errorf("%d texts found: %v", found, err)
	}
}

func isNew(fun ast.Expr) bool {
	selector, ok := fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "New" {
		return false
	}
	of, ok := selector.X.(*ast.Ident)
	return ok && of.Name == "lazyregexp"
}
