package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// pkg is a package of the SDK, of which some types are wanted.
type pkg struct {
	path   string // "ssm/types"
	name   string // "types"
	types  map[string]ast.Expr
	consts map[string]constant
	errors map[string]*exception

	wanted    names            // what is written
	qualified map[string]names // what that refers to in other packages, by their names
}

// constant is one value of an enumeration, or of no type.
type constant struct {
	typ, name, value string
	position         token.Pos
}

// exception is what the methods of an error say.
type exception struct{ code, fault string }

func readPackage(name, dir, pattern string) (*pkg, error) {
	p := &pkg{
		path: name, name: path.Base(name),
		types: map[string]ast.Expr{}, consts: map[string]constant{}, errors: map[string]*exception{},
		wanted: names{}, qualified: map[string]names{},
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range parsed.Decls {
			switch decl := decl.(type) {
			case *ast.GenDecl:
				p.addSpecs(decl)
			case *ast.FuncDecl:
				p.addMethod(decl)
			}
		}
	}
	return p, nil
}

func (p *pkg) addSpecs(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			p.types[spec.Name.Name] = spec.Type
		case *ast.ValueSpec:
			if len(spec.Names) != 1 || len(spec.Values) != 1 || decl.Tok != token.CONST {
				continue
			}
			value, ok := spec.Values[0].(*ast.BasicLit)
			if !ok {
				continue
			}
			c := constant{name: spec.Names[0].Name, value: value.Value, position: spec.Pos()}
			if typ, ok := spec.Type.(*ast.Ident); ok {
				c.typ = typ.Name
			}
			p.consts[c.name] = c
		}
	}
}

// addMethod notes what the methods of an error return.
func (p *pkg) addMethod(decl *ast.FuncDecl) {
	if decl.Recv == nil || decl.Name.Name != "ErrorCode" && decl.Name.Name != "ErrorFault" {
		return
	}
	pointer, ok := decl.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return
	}
	name := pointer.X.(*ast.Ident).Name
	if p.errors[name] == nil {
		p.errors[name] = &exception{}
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		result, ok := n.(*ast.ReturnStmt)
		if !ok {
			return true
		}
		switch value := result.Results[0].(type) {
		case *ast.BasicLit:
			p.errors[name].code = value.Value
		case *ast.SelectorExpr:
			p.errors[name].fault = value.Sel.Name
		}
		return true
	})
}

// complete adds to what is wanted all that it refers to.
func (p *pkg) complete() error {
	todo := slices.Collect(maps.Keys(p.wanted))
	want := func(name string) {
		if !p.wanted[name] {
			p.wanted[name] = true
			todo = append(todo, name)
		}
	}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if c, found := p.consts[name]; found {
			if c.typ != "" {
				delete(p.wanted, name) // its type has it
				want(c.typ)
			}
			continue
		}
		switch expr := p.types[name].(type) {
		case *ast.StructType:
			for _, f := range fields(expr) {
				p.refer(f.Type, want)
			}
			for of := range p.qualified {
				if of != "time" && of != "types" && of != "document" {
					return fmt.Errorf("%s.%s has a member of package %s, which cannot be generated", p.name, name, of)
				}
			}
		case *ast.InterfaceType: // a union
			for _, member := range p.members(name) {
				want(member)
			}
		case *ast.Ident: // an enumeration
		case nil:
			return fmt.Errorf("the SDK has no %s.%s", p.name, name)
		default:
			return fmt.Errorf("%s.%s is a %T, which cannot be generated", p.name, name, expr)
		}
	}
	return nil
}

// refer says to what a type refers.
func (p *pkg) refer(expr ast.Expr, want func(string)) {
	ast.Inspect(expr, func(n ast.Node) bool {
		if of, name := qualified(n); of != "" {
			if p.qualified[of] == nil {
				p.qualified[of] = names{}
			}
			p.qualified[of][name] = true
			return false
		}
		if name, ok := n.(*ast.Ident); ok && p.types[name.Name] != nil {
			want(name.Name)
		}
		return true
	})
}

// fields of a structure that travel.
func fields(structure *ast.StructType) []*ast.Field {
	return slices.DeleteFunc(slices.Clone(structure.Fields.List), func(f *ast.Field) bool {
		return len(f.Names) == 0 || f.Names[0].Name == "ResultMetadata" || !f.Names[0].IsExported()
	})
}

// members are the structures that a union may be, in order of their names.
func (p *pkg) members(union string) (list []string) {
	for name := range p.types {
		if strings.HasPrefix(name, union+"Member") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// sorted are the names of what is written.
func (p *pkg) sorted() []string { return slices.Sorted(maps.Keys(p.wanted)) }

// values of an enumeration, as the SDK has them.
func (p *pkg) values(enum string) []constant {
	var list []constant
	for _, c := range p.consts {
		if c.typ == enum {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b constant) int { return int(a.position - b.position) })
	return list
}
