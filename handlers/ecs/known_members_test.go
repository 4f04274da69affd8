package ecs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
)

// unread are members of requests that no code reads by name, by the SDK's types, and what becomes of them.
var unread = map[string]string{
	"CapacityReservationRequest.ReservationGroupArn":   "capacityReservations are refused",
	"CapacityReservationRequest.ReservationPreference": "capacityReservations are refused",

	"InferenceAccelerator.DeviceName":         "inferenceAccelerators are refused",
	"InferenceAccelerator.DeviceType":         "inferenceAccelerators are refused",
	"InferenceAcceleratorOverride.DeviceName": "inferenceAcceleratorOverrides are refused",
	"InferenceAcceleratorOverride.DeviceType": "inferenceAcceleratorOverrides are refused",

	"NetworkBinding.BindIP": "the bindings of all addresses are one, which shows 0.0.0.0",

	"RegisterContainerInstanceInput.InstanceIdentityDocumentSignature": "the document is read, not verified",
	"Resource.DoubleValue": "no resource of an instance that is read has this type",
	"Resource.LongValue":   "no resource of an instance that is read has this type",

	"ServiceConnectTlsCertificateAuthority.AwsPcaAuthorityArn":  "tls is refused",
	"ServiceConnectTlsConfiguration.IssuerCertificateAuthority": "tls is refused",
}

// TestEachMemberOfARequestIsKnown walks the SDK's types of what is built: the code reads each member, or has a row that says what becomes of
// it. A member of a request is read in a package that has the request's type; one further down anywhere, so one whose name another
// type has may be missed. A member that the SDK gains does not go by without a word.
func TestEachMemberOfARequestIsKnown(t *testing.T) {
	code := readCode(t, "..", "../../internal/ecs", "../../internal/host", "../../internal/app")
	rows := map[string]bool{}
	for _, table := range ecs.MemberTables() {
		for _, row := range table.Rows {
			for name := range strings.SplitSeq(row.Path, ".") {
				rows[strings.ToLower(strings.TrimSuffix(name, "[]"))] = true
			}
		}
	}
	client, unknown, looked := reflect.TypeFor[*sdk.Client](), map[string]bool{}, 0
	for _, o := range ecs.New(ecs.Options{}).Service().Operations {
		method, found := client.MethodByName(o.Name)
		if !found || !o.Built() {
			continue
		}
		input := method.Type.In(2).Elem()
		walkMembers(input, map[reflect.Type]bool{}, func(owner reflect.Type, field string) {
			looked++
			known := code.anywhere[field]
			if owner == input {
				known = code.beside(input.Name())[field]
			}
			if name := owner.Name() + "." + field; !known && !rows[strings.ToLower(field)] {
				unknown[name] = true
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if unread[name] == "" {
			t.Errorf("no code reads %s, and no row says what becomes of it", name)
		}
	}
	for name := range unread {
		if !unknown[name] {
			t.Errorf("%s is read now", name)
		}
	}
	if looked < 500 {
		t.Errorf("only %d members were looked at", looked)
	}
}

// walkMembers tells of each member of a struct type and of the types of its members, each type once.
func walkMembers(of reflect.Type, seen map[reflect.Type]bool, tell func(owner reflect.Type, field string)) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || seen[of] || of == reflect.TypeFor[time.Time]() {
		return
	}
	seen[of] = true
	for field := range of.Fields() {
		if field.IsExported() && field.Name != "ResultMetadata" {
			tell(of, field.Name)
			walkMembers(field.Type, seen, tell)
		}
	}
}

// code is which names follow a dot in which packages, and are keys of composite literals there.
type code struct {
	anywhere  map[string]bool
	byPackage map[string]map[string]bool
}

// beside are the names in the packages that have a name.
func (c code) beside(name string) map[string]bool {
	names := map[string]bool{}
	for _, each := range c.byPackage {
		if each[name] {
			maps.Copy(names, each)
		}
	}
	return names
}

func readCode(t *testing.T, roots ...string) code {
	t.Helper()
	c := code{map[string]bool{}, map[string]map[string]bool{}}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			names := c.byPackage[filepath.Dir(path)]
			if names == nil {
				names = map[string]bool{}
				c.byPackage[filepath.Dir(path)] = names
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if s, is := n.(*ast.SelectorExpr); is {
					names[s.Sel.Name], c.anywhere[s.Sel.Name] = true, true
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}
