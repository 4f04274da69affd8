package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// names is a set of names.
type names map[string]bool

// namesUsed finds what the sources below a folder name of the generated packages, by import path.
func namesUsed(root string) (map[string]names, error) {
	used := map[string]names{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && file != root:
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(file) != ".go" || entry.Name() == testFile:
			return nil
		}
		return namesIn(file, used)
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is used: %w", err)
	}
	return used, nil
}

func namesIn(file string, used map[string]names) error {
	imports := map[string]string{} // path by name
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !strings.HasPrefix(imported, ours) {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = imported
	}
	if len(imports) == 0 {
		return nil
	}
	if parsed, err = parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution); err != nil {
		return err
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if of, name := qualified(n); imports[of] != "" {
			if used[imports[of]] == nil {
				used[imports[of]] = names{}
			}
			used[imports[of]][name] = true
		}
		return true
	})
	return nil
}

// qualified takes a name of another package apart.
func qualified(n ast.Node) (of, name string) {
	selector, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if x, ok := selector.X.(*ast.Ident); ok {
		return x.Name, selector.Sel.Name
	}
	return "", ""
}
