package template_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
)

// openTemplate has a parameter without a value, one of SSM, and all that may need them.
const openTemplate = `
Parameters:
  Size: {Type: String}
  Env: {Type: String, Default: dev}
  Image: {Type: AWS::SSM::Parameter::Value<String>, Default: /image}
Mappings: {Map: {dev: {A: one}, prod: {A: two}, a: {A: three}}}
Rules:
  R: {Assertions: [{Assert: !Contains [[a], !Ref Size]}, {Assert: !EachMemberIn [!ValueOfAll ['AWS::EC2::VPC::Id', Tags.x], ['Tags.x of vpc-1', 'Tags.x of vpc-2']]}]}
Conditions:
  Big: !Equals [!Ref Size, big]
  NotBig: !Not [!Condition Big]
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Not [!Condition IsDev]
Resources:
  Always: {Type: T, Properties: {A: !Ref Size, B: !Sub '${Image}-${Env}', C: !If [Big, !Ref WhenBig, !Ref WhenProd], D: !FindInMap [Map, !Ref Size, A], E: !If [IsDev, x, y], F: !Ref WhenBig}}
  WhenBig: {Type: T, Condition: Big}
  WhenSmall: {Type: T, Condition: NotBig}
  WhenProd: {Type: T, Condition: IsProd}
  WhenDev: {Type: T, Condition: IsDev, DeletionPolicy: Retain, Properties: !If [Big, {A: b}, {A: c}]}
Outputs:
  O: {Value: !Ref Size, Export: {Name: !Sub 'x-${Size}'}}
  P: {Condition: Big, Value: x}
`

// TestOpenParameters: what parameters without a value do not decide is decided, and the rest stays a call.
func TestOpenParameters(t *testing.T) {
	read, err := template.Parse(openTemplate)
	if err != nil {
		t.Fatal(err)
	}
	if got := read.WithoutValue(nil); !slices.Equal(got, []string{"Size", "Image"}) {
		t.Errorf("%v are open", got)
	}
	if _, err := read.Resolve(template.Input{Environment: account{}}); err == nil {
		t.Error("a parameter needs no value although none may be open")
	}
	stack, err := read.Resolve(template.Input{Environment: account{}, Open: true})
	if err != nil {
		t.Fatal(err)
	}
	names := func(list []*template.Resource) string {
		var names []string
		for _, r := range list {
			names = append(names, r.LogicalID)
		}
		return strings.Join(names, " ")
	}
	if got := names(stack.Resources); got != "Always WhenDev" {
		t.Errorf("%s are made", got)
	}
	if got := names(stack.Undecided); got != "WhenBig WhenSmall" || stack.Undecided[0].Condition != "Big" {
		t.Errorf("%s are undecided", got)
	}
	p := stack.Resources[0].Properties
	for name, known := range map[string]bool{"A": false, "B": false, "C": false, "D": false, "E": true, "F": false} {
		if p.Get(name).Known() != known {
			t.Errorf("%s is %s", name, p.Get(name).JSON())
		}
	}
	// With all values, nothing is open, and names that are missing are told again.
	if _, err := read.Resolve(template.Input{Environment: account{}, Parameters: map[string]string{"Size": "a"}}); err == nil || !strings.Contains(err.Error(), "WhenBig") {
		t.Errorf("a Ref to a resource that is not made: %v", err)
	}
}
