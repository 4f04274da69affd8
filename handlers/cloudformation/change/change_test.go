package change_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// types is a table in which properties named …Name replace their resource, and …Maybe may.
type types struct{}

func (types) Taggable(kind string) bool { return kind != "T::Plain" }

func (types) Changes(_ string, before, after *document.Value) (list []change.Property) {
	names := map[string]bool{}
	for _, v := range []*document.Value{before, after} {
		if v != nil {
			for _, m := range v.Members {
				names[m.Name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		p := change.Property{Name: name, Before: before.Get(name), After: after.Get(name), Recreation: change.Never}
		switch {
		case strings.HasSuffix(name, "Name"):
			p.Recreation = change.Always
		case strings.HasSuffix(name, "Maybe"):
			p.Recreation = change.Conditionally
		}
		if !p.Before.Equal(p.After) {
			list = append(list, p)
		}
	}
	return list
}

// world is where templates are: there is no export, and each attribute.
type world struct{ template.Environment }

func (world) HasAttribute(string, string) bool            { return true }
func (world) Export(string) (string, bool, error)         { return "", false, nil }
func (world) Parameter(name string) (string, bool, error) { return "value of " + name, true, nil }

func resolve(t *testing.T, text string, parameters ...string) *template.Stack {
	t.Helper()
	parsed, err := template.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]string{}
	for i := 0; i < len(parameters); i += 2 {
		given[parameters[i]] = parameters[i+1]
	}
	stack, err := parsed.Resolve(template.Input{Parameters: given, Environment: world{}, MissingExports: true})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// made are the resources of a stack as an operation leaves them: the id of A is id-A, its attribute X is A.X.
func made(t *testing.T, stack *template.Stack) (list []*cfn.Resource) {
	t.Helper()
	value := func(r document.Reference) (*document.Value, error) {
		if r.Attribute == "" {
			return document.NewText("id-" + r.Resource), nil
		}
		for _, of := range stack.Resources { // Ref and Fn::GetAtt in these are not asked for
			if v := of.Properties.Get(r.Attribute); of.LogicalID == r.Resource && v != nil {
				return v, nil
			}
		}
		return document.NewText(r.Resource + "." + r.Attribute), nil
	}
	for _, r := range stack.Resources {
		properties, err := template.Fill(r.Properties, value)
		if err != nil {
			t.Fatal(err)
		}
		p := &cfn.Physical{
			ID: "id-" + r.LogicalID, Made: true, Properties: properties, Shown: template.FillShown(r.Shown, value).JSON(), Attributes: map[string]*document.Value{},
			Spec: &cfn.Spec{Type: r.Type, Metadata: r.Metadata, DeletionPolicy: r.DeletionPolicy, UpdateReplacePolicy: r.UpdateReplacePolicy},
		}
		for _, name := range []string{"Arn", "Name", "TopicName"} {
			p.Attributes[name], _ = value(document.Reference{Resource: r.LogicalID, Attribute: name})
		}
		list = append(list, &cfn.Resource{LogicalID: r.LogicalID, Type: r.Type, PhysicalID: p.ID, Status: cfn.ResourceCreateComplete, Now: p})
	}
	return list
}

func parameters(stack *template.Stack) (list []cfn.Parameter) {
	for _, p := range stack.Parameters {
		list = append(list, cfn.Parameter{Key: p.Name, Value: p.Value, Resolved: p.Resolved})
	}
	return list
}

func outputs(stack *template.Stack) (list []cfn.OutputSpec) {
	for _, o := range stack.Outputs {
		list = append(list, cfn.OutputSpec{Name: o.Name, Value: o.Value, Export: o.Export})
	}
	return list
}

func find(t *testing.T, before, after *template.Stack) change.Found {
	t.Helper()
	return change.Find(change.Input{Before: before, After: after, Stored: made(t, before), Parameters: parameters(before), Outputs: outputs(before), Types: types{}})
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// line is a change in short: what is told of it, and each reason.
func line(c cfn.Change) string {
	text := strings.TrimSpace(c.Action + " " + c.LogicalID + " " + c.Replacement + " " + c.PolicyAction)
	for _, d := range c.Details {
		text += "; " + strings.TrimSpace(strings.Join([]string{d.Attribute, d.Name, d.RequiresRecreation, d.Evaluation, d.Source, d.Cause}, " "))
		if d.WithoutValue {
			text += " without values"
		}
	}
	return text
}

func lines(found change.Found) (list []string) {
	for _, c := range found.Changes {
		list = append(list, line(c))
	}
	return list
}

// What is added, changed and removed comes in order of logical ids (CFN-41).
func TestChanges(t *testing.T) {
	t.Parallel()
	const before = `{"Resources":{
		"Same":{"Type":"T::A","Properties":{"Size":"5"}}, "Gone":{"Type":"T::A","DeletionPolicy":"Retain"}, "Old":{"Type":"T::A"},
		"Resized":{"Type":"T::A","Properties":{"Size":1}}, "Renamed":{"Type":"T::A","UpdateReplacePolicy":"Retain","Properties":{"TopicName":"a"}},
		"Noted":{"Type":"T::A","Metadata":{"A":"1"}}, "Moved":{"Type":"T::A","Properties":{"ZoneMaybe":"a"}}}}`
	const after = `{"Resources":{
		"Same":{"Type":"T::A","Properties":{"Size":5}}, "New":{"Type":"T::A","Properties":{"Size":1}},
		"Resized":{"Type":"T::A","Properties":{"Size":2}}, "Renamed":{"Type":"T::A","UpdateReplacePolicy":"Retain","Properties":{"TopicName":"b"}},
		"Noted":{"Type":"T::A","Metadata":{"A":"2"},"DeletionPolicy":"Retain"}, "Moved":{"Type":"T::A","Properties":{"ZoneMaybe":"b"}}}}`
	found := find(t, resolve(t, before), resolve(t, after))
	equal(t, lines(found), []string{
		"Remove Gone  Retain",
		"Modify Moved Conditional; Properties ZoneMaybe Conditionally Static DirectModification",
		"Add New",
		"Modify Noted False; Metadata  Never Static DirectModification; DeletionPolicy  Never Static DirectModification",
		"Remove Old  Delete",
		"Modify Renamed True ReplaceAndRetain; Properties TopicName Always Static DirectModification",
		"Modify Resized False; Properties Size Never Static DirectModification",
	})
	if !found.Any {
		t.Error("nothing to do")
	}
}

// What refers to a resource that changes is told with the cause (CFN-42, CFN-44).
func TestCauses(t *testing.T) {
	t.Parallel()
	const text = `{"Parameters":{"P":{"Type":"String"},"N":{"Type":"String"}},"Resources":{
		"Foo":{"Type":"T::A","Properties":{"TopicName":{"Ref":"N"},"Size":{"Ref":"P"}}},
		"ByRef":{"Type":"T::A","Properties":{"Target":{"Ref":"Foo"}}},
		"ByArn":{"Type":"T::A","Properties":{"Target":{"Fn::GetAtt":["Foo","Arn"]}}},
		"ByName":{"Type":"T::A","Properties":{"Value":{"Fn::Sub":"x-${Foo.TopicName}"}}},
		"Far":{"Type":"T::A","Properties":{"RoleName":{"Fn::GetAtt":["ByArn","Arn"]}}}}}`
	before := resolve(t, text, "P", "1", "N", "a")
	equal(t, lines(find(t, before, resolve(t, text, "P", "2", "N", "a"))), []string{
		"Modify ByArn False; Properties Target Never Dynamic ResourceAttribute Foo.Arn without values",
		"Modify ByName False; Properties Value Never Dynamic ResourceAttribute Foo.TopicName without values",
		"Modify Far Conditional; Properties RoleName Always Dynamic ResourceAttribute ByArn.Arn without values",
		"Modify Foo False; Properties Size Never Dynamic DirectModification; Properties Size Never Static ParameterReference P",
	})
	equal(t, lines(find(t, before, resolve(t, text, "P", "1", "N", "b"))), []string{
		"Modify ByArn False; Properties Target Never Dynamic DirectModification; Properties Target Never Static ResourceAttribute Foo.Arn",
		"Modify ByName False; Properties Value Never Dynamic DirectModification; Properties Value Never Static ResourceAttribute Foo.TopicName",
		"Modify ByRef False; Properties Target Never Dynamic DirectModification; Properties Target Never Static ResourceReference Foo",
		"Modify Far Conditional; Properties RoleName Always Dynamic ResourceAttribute ByArn.Arn without values",
		"Modify Foo True ReplaceAndDelete; Properties TopicName Always Dynamic DirectModification; Properties TopicName Always Static ParameterReference N",
	})
	if found := find(t, before, before); found.Any || len(found.Changes) != 0 {
		t.Errorf("%v", lines(found))
	}
}

// Values are shown with the mask, numbers as texts, and what is not known yet by a text (CFN-43).
func TestValues(t *testing.T) {
	t.Parallel()
	const text = `{"Parameters":{"Pin":{"Type":"String","NoEcho":true},"N":{"Type":"Number"}},"Resources":{
		"A":{"Type":"T::A","Properties":{"TopicName":{"Fn::Sub":"t-${N}"},"Code":{"Fn::Sub":"x${Pin}"}}},
		"B":{"Type":"T::A","Properties":{"Parts":[{"Size":{"Ref":"N"}},{"Ref":"A"}]}}}}`
	found := find(t, resolve(t, text, "Pin", "1234", "N", "1"), resolve(t, text, "Pin", "5678", "N", "2"))
	detail := cfn.ChangeDetail{
		Attribute: "Properties", Name: "Code", RequiresRecreation: "Never", Evaluation: "Dynamic", Source: "DirectModification",
		Path: "/Properties/Code", Before: "x****", After: "x****", KnownBefore: true, KnownAfter: true, AttributeChange: "Modify",
	}
	equal(t, found.Changes[0].Details[0], detail)
	equal(t, found.Changes[0].BeforeContext, `{"Properties":{"TopicName":"t-1","Code":"x****"}}`)
	equal(t, found.Changes[0].AfterContext, `{"Properties":{"TopicName":"t-2","Code":"x****"}}`)
	equal(t, found.Changes[1].Details[0].Before, `[{"Size":"1"},"id-A"]`)
	equal(t, found.Changes[1].Details[0].After, `[{"Size":"2"},"{{changeSet:KNOWN_AFTER_APPLY}}"]`)
}

// Paths lead to the parts that differ, each with its own causes.
func TestPaths(t *testing.T) {
	t.Parallel()
	const before = `{"Parameters":{"P":{"Type":"String"}},"Resources":{
		"A":{"Type":"T::A","Properties":{"Map":{"Same":{"X":"1"},"Inner":{"B":"1","Gone":"g"},"List":["a","b","c"]},"Tags":[{"Key":"k","Value":"v"}],"Kind":{"X":"1"}}},
		"B":{"Type":"T::A","Properties":{"Map":{"Of":{"Ref":"P"},"Same":"1"}}},"C":{"Type":"T::A","Properties":{"Map":{"Of":{"Ref":"P"},"Too":"1"}}}}}`
	const after = `{"Parameters":{"P":{"Type":"String"}},"Resources":{
		"A":{"Type":"T::A","Properties":{"Map":{"Same":{"X":"1"},"Inner":{"B":"2","New":{"N":1}},"List":["a","x"]},"Tags":[{"Key":"k","Value":"w"},{"Key":"l","Value":"v"}],"Kind":["1"],"Added":{"A":"1"}}},
		"B":{"Type":"T::A","Properties":{"Map":{"Of":{"Ref":"P"},"Same":"1"}}},"C":{"Type":"T::A","Properties":{"Map":{"Of":{"Ref":"P"},"Too":"2"}}}}}`
	found := find(t, resolve(t, before, "P", "1"), resolve(t, after, "P", "2"))
	var got []string
	for _, c := range found.Changes {
		got = append(got, c.LogicalID+" "+strings.Join(c.Scope, ","))
		for _, d := range c.Parts {
			got = append(got, strings.TrimSpace(d.AttributeChange+" "+d.Attribute+" "+d.Name+" "+d.Path+" "+d.Before+" > "+d.After+" "+d.Evaluation+" "+d.Cause))
		}
	}
	equal(t, got, []string{
		"A Properties,Tags",
		`Add Properties Added /Properties/Added  > {"A":"1"} Static`,
		`Modify Properties Kind /Properties/Kind {"X":"1"} > ["1"] Static`,
		"Modify Properties Map /Properties/Map/Inner/B 1 > 2 Static", "Remove Properties Map /Properties/Map/Inner/Gone g >  Static",
		`Add Properties Map /Properties/Map/Inner/New  > {"N":"1"} Static`,
		"Modify Properties Map /Properties/Map/List/1 b > x Static", "Remove Properties Map /Properties/Map/List/2 c >  Static",
		"Modify Tags  /Properties/Tags/0/Value v > w Static", `Add Tags  /Properties/Tags/1  > {"Key":"l","Value":"v"} Static`,
		"B Properties",
		"Modify Properties Map /Properties/Map/Of 1 > 2 Dynamic", "Modify Properties Map /Properties/Map/Of 1 > 2 Static P",
		"C Properties",
		"Modify Properties Map /Properties/Map/Of 1 > 2 Dynamic", "Modify Properties Map /Properties/Map/Of 1 > 2 Static P",
		"Modify Properties Map /Properties/Map/Too 1 > 2 Static",
	})
}

// A part whose value is not shown has its property be told as a whole, or its change would not be told.
func TestPathsOfMasks(t *testing.T) {
	t.Parallel()
	const text = `{"Parameters":{"Pin":{"Type":"String","NoEcho":true},"N":{"Type":"String"}},"Resources":{
		"A":{"Type":"T::A","Properties":{"Map":{"Pin":{"Ref":"Pin"},"N":{"Ref":"N"}}}}}}`
	found := find(t, resolve(t, text, "Pin", "1234", "N", "1"), resolve(t, text, "Pin", "5678", "N", "2"))
	for _, d := range found.Changes[0].Parts {
		equal(t, d.Path+" "+d.Before+" "+d.After, `/Properties/Map {"Pin":"****","N":"1"} {"Pin":"****","N":"2"}`)
	}
	found = find(t, resolve(t, text, "Pin", "1234", "N", "1"), resolve(t, text, "Pin", "1234", "N", "2"))
	for _, d := range found.Changes[0].Parts {
		equal(t, d.Path+" "+d.Before+" "+d.After, "/Properties/Map/N 1 2")
	}
}

// A value is masked also where another resource has it by an attribute.
func TestMaskOfAttributes(t *testing.T) {
	t.Parallel()
	const text = `{"Parameters":{"Pin":{"Type":"String","NoEcho":true}},"Resources":{
		"A":{"Type":"T::A","Properties":{"Arn":{"Ref":"Pin"}}}, "B":{"Type":"T::A","Properties":{"Of":{"Fn::GetAtt":["A","Arn"]}}}}}`
	found := find(t, resolve(t, text, "Pin", "1234"), resolve(t, text, "Pin", "5678"))
	if b := found.Changes[1]; b.Details[0].After != "****" || strings.Contains(b.AfterContext, "5678") {
		t.Errorf("%+v", b)
	}
}

// Tags change what takes them, and outputs are an update by themselves.
func TestTagsAndOutputs(t *testing.T) {
	t.Parallel()
	const text = `{"Resources":{"A":{"Type":"T::A"},"B":{"Type":"T::Plain"}},"Outputs":{"O":{"Value":{"Fn::GetAtt":["A","Arn"]},"Export":{"Name":"e"}}}}`
	stack := resolve(t, text)
	in := change.Input{
		Before: stack, After: stack, Stored: made(t, stack), Types: types{}, NewTags: []cfn.Tag{{Key: "k", Value: "v"}}, Outputs: outputs(stack),
	}
	equal(t, lines(change.Find(in)), []string{"Modify A False; Tags  Never Static DirectModification"})
	in.Tags = in.NewTags
	if found := change.Find(in); found.Any {
		t.Errorf("%+v", found)
	}
	in.Outputs[0].Export = document.NewText("f")
	if found := change.Find(in); !found.Any || len(found.Changes) != 0 {
		t.Errorf("%+v", found)
	}
}

// No resource can get another type.
func TestRetyped(t *testing.T) {
	t.Parallel()
	found := find(t, resolve(t, `{"Resources":{"A":{"Type":"T::A"}}}`), resolve(t, `{"Resources":{"A":{"Type":"T::B"}}}`))
	equal(t, found.Retyped, []string{"A"})
}
