package structure

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

// root is the module's, from this folder.
var root = filepath.Join("..", "..", "..")

// checker finds which file uses which by the types of the compiler. It reads the standard library and
// this module from source; of other modules it knows nothing, so it misses the few uses that
// depend on their types.
type checker struct {
	fset     *token.FileSet
	standard types.Importer
	packages map[string]*types.Package
}

func newChecker() *checker {
	fset := token.NewFileSet()
	return &checker{fset: fset, standard: importer.ForCompiler(fset, "source", nil), packages: map[string]*types.Package{}}
}

// Import gives the type checker a package that another one imports.
func (c *checker) Import(path string) (*types.Package, error) {
	if found := c.packages[path]; found != nil {
		return found, nil
	}
	first, _, _ := strings.Cut(path, "/")
	switch {
	case path == module || strings.HasPrefix(path, module+"/"):
		_, _, err := c.check(path)
		return c.packages[path], err
	case strings.Contains(first, "."):
		// The name only stands for what the checker does not know.
		unknown := types.NewPackage(path, filepath.Base(path))
		unknown.MarkComplete()
		c.packages[path] = unknown
		return unknown, nil
	}
	return c.standard.Import(path)
}

// check reads a package of this module.
func (c *checker) check(path string) ([]*ast.File, *types.Info, error) {
	dir := filepath.Join(root, strings.TrimPrefix(strings.TrimPrefix(path, module), "/"))
	there, err := build.ImportDir(dir, 0)
	if err != nil {
		return nil, nil, err
	}
	var files []*ast.File
	for _, name := range there.GoFiles {
		file, err := parser.ParseFile(c.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	// What is of other modules is unknown, which the checker calls errors.
	config := types.Config{Importer: c, Error: func(error) {}, FakeImportC: true}
	checked, _ := config.Check(path, c.fset, files, info)
	if checked == nil {
		return nil, nil, fmt.Errorf("%s cannot be checked", path)
	}
	if c.packages[path] == nil {
		c.packages[path] = checked
	}
	return files, info, nil
}

// uses returns for each file of a package the other files of which it uses a declaration, a field or
// a method.
func (c *checker) uses(path string) (map[string]map[string]bool, error) {
	_, info, err := c.check(path)
	if err != nil {
		return nil, err
	}
	uses := map[string]map[string]bool{}
	for ident, object := range info.Uses {
		if object.Pkg() == nil || object.Pkg().Path() != path || object.Parent() != object.Pkg().Scope() && !member(object) {
			continue
		}
		from, to := c.file(ident.Pos()), c.file(object.Pos())
		if from == to {
			continue
		}
		if uses[from] == nil {
			uses[from] = map[string]bool{}
		}
		uses[from][to] = true
	}
	return uses, nil
}

func member(object types.Object) bool {
	switch object := object.(type) {
	case *types.Var:
		return object.IsField()
	case *types.Func:
		return object.Signature().Recv() != nil
	}
	return false
}

func (c *checker) file(pos token.Pos) string { return filepath.Base(c.fset.Position(pos).Filename) }
