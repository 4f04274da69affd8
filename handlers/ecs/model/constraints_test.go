package model

import (
	"context"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

var update = flag.Bool("update", false, "write the required members of the SDK to constraints.json")

// TestRequiredMembersAreTheSDKs reads the SDK's source, whose comments mark
// required members, and compares; run it with -update after an SDK upgrade.
func TestRequiredMembersAreTheSDKs(t *testing.T) {
	want := requiredInSource(t, requestStructures())
	if len(want) < 100 {
		t.Fatalf("only %d structures with required members found: has the SDK changed its comments?", len(want))
	}
	if *update {
		write(t, want)
		return
	}
	if got := load().Required; !reflect.DeepEqual(got, want) {
		t.Errorf("constraints.json is not what the SDK says: run go test ./handlers/ecs/model -run SDK -update\n got %v\nwant %v", got, want)
	}
}

func write(t *testing.T, required map[string][]string) {
	t.Helper()
	table := load()
	table.Required = required
	text, err := json.MarshalIndent(table, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("constraints.json", append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// requestStructures lists the structures that a request can hold.
func requestStructures() map[string]reflect.Type {
	found := map[string]reflect.Type{}
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(t.Elem())
		case reflect.Struct:
			if found[t.Name()] != nil || !strings.Contains(t.PkgPath(), "/service/ecs") {
				return
			}
			found[t.Name()] = t
			for i := range t.NumField() {
				if t.Field(i).IsExported() {
					visit(t.Field(i).Type)
				}
			}
		}
	}
	client := reflect.TypeFor[*ecs.Client]()
	for i := range client.NumMethod() {
		m := client.Method(i).Type
		if m.NumIn() == 4 && m.In(1) == reflect.TypeFor[context.Context]() {
			visit(m.In(2))
		}
	}
	for _, alternative := range []any{ // of unions, which reflection can't follow
		types.GatewayConfigurationMemberHostSharedAlb{},
		types.GatewayElbAccessLogDestinationMemberS3{},
		types.ServiceConnectContainerConfigurationMemberLogLevel{},
		types.SharingStrategyMemberNvidiaMps{},
		types.UpdateGatewayConfigurationMemberHostSharedAlb{},
	} {
		visit(reflect.TypeOf(alternative))
	}
	return found
}

func requiredInSource(t *testing.T, structures map[string]reflect.Type) map[string][]string {
	t.Helper()
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/ecs").Output()
	if err != nil {
		t.Fatalf("find the SDK module: %v", err)
	}
	dir := strings.TrimSpace(string(module))
	files, _ := filepath.Glob(filepath.Join(dir, "api_op_*.go"))
	required := map[string][]string{}
	for _, name := range append(files, filepath.Join(dir, "types", "types.go")) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || structures[spec.Name.Name] == nil {
				return true
			}
			if body, ok := spec.Type.(*ast.StructType); ok {
				if members := requiredMembers(body); len(members) > 0 {
					required[spec.Name.Name] = members
				}
			}
			return false
		})
	}
	return required
}

func requiredMembers(body *ast.StructType) []string {
	var members []string
	for _, f := range body.Fields.List {
		if f.Doc == nil || !strings.Contains(f.Doc.Text(), "This member is required.") {
			continue
		}
		name := []rune(f.Names[0].Name)
		name[0] = unicode.ToLower(name[0])
		members = append(members, string(name))
	}
	slices.Sort(members)
	return members
}

// TestLimitsNameMembersOfRequests guards against limits that nothing would apply.
func TestLimitsNameMembersOfRequests(t *testing.T) {
	structures := requestStructures()
	for _, name := range slices.Concat(slices.Collect(maps.Keys(load().Limits)), handwritten) {
		structure, member, _ := strings.Cut(name, ".")
		typ, ok := structures[structure]
		if !ok {
			t.Errorf("%s: no request holds a %s", name, structure)
			continue
		}
		if _, ok := typ.FieldByName(strings.ToUpper(member[:1]) + member[1:]); !ok {
			t.Errorf("%s: no such member", name)
		}
	}
}
