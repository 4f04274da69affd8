package template_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// account is what templates of tests find around them.
type account struct{}

func (account) Parameter(name string) (string, bool, error) {
	value, found := map[string]string{"/image": "ami-1", "/list": "a,b", "/vpc": "vpc-1"}[name]
	return value, found, nil
}

func (account) Exists(kind, id string) (bool, error) {
	return strings.HasPrefix(id, strings.ToLower(strings.Split(kind, "::")[2])+"-1") || id == "ami-1" || id == "sg-1", nil
}

func (account) Export(name string) (string, bool, error) { return "vpc-1", name == "network-vpc", nil }

func (account) Zones(region string) ([]string, error) {
	return []string{region + "a", region + "b"}, nil
}

func (account) HasAttribute(_, attribute string) bool { return attribute != "Nope" }

func (account) All(string) ([]string, error) { return []string{"vpc-1", "vpc-2"}, nil }

func (account) Attribute(_, id, attribute string) ([]string, error) {
	return []string{attribute + " of " + id}, nil
}

func resolve(text string, parameters map[string]string) (*template.Stack, error) {
	t, err := template.Parse(text)
	if err != nil {
		return nil, err
	}
	return t.Resolve(template.Input{Parameters: parameters, Environment: account{}, Pseudo: template.Pseudo{
		AccountID: "012345678901", Partition: "aws", Region: "eu-central-1", StackID: "arn:stack", StackName: "net",
		URLSuffix: "amazonaws.com", NotificationARNs: []string{"arn:1", "arn:2"},
	}})
}

// attributes are of resources that are made: texts that say what they are of, and a list.
func attributes(r document.Reference) (*document.Value, error) {
	if r.Attribute == "List" {
		return document.NewList("x", "y"), nil
	}
	return document.NewText("<" + r.Resource + "." + r.Attribute + ">"), nil
}

const head = `
Parameters:
  Env: {Type: String, Default: dev}
  Subnets: {Type: CommaDelimitedList, Default: "s-1, s-2,s-3"}
  Ports: {Type: List<Number>, Default: "80,443"}
Mappings:
  Map: {eu-central-1: {Ami: ami-east, Size: 2, List: [p, q]}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Both: !And [!Not [!Condition IsProd], !Equals [!FindInMap [Map, !Ref "AWS::Region", Ami], ami-east]]
  Either: !Or [!Condition IsProd, !Condition Both]
Resources:
  Made: {Type: T}
  A:
    Type: T
    Properties:
      P: `

// TestFunctions has values before and after resources are made.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ value, before, after string }{
		{"012345678901", `"012345678901"`, ""},
		{"[1.50, yes, 2012-10-17, true, 0x1F]", `["1.50","true","2012-10-17","true","0x1F"]`, ""},
		{"!Ref Env", `"dev"`, ""},
		{"!Ref Subnets", `["s-1","s-2","s-3"]`, ""},
		{"!Ref AWS::AccountId", `"012345678901"`, ""},
		{"!Ref AWS::NotificationARNs", `["arn:1","arn:2"]`, ""},
		{"!Ref Made", `{"Ref":"Made"}`, `"<Made.>"`},
		{"!GetAtt Made.Endpoint.Address", `{"Fn::GetAtt":["Made","Endpoint.Address"]}`, `"<Made.Endpoint.Address>"`},
		{"{'Fn::GetAtt': [Made, !Ref Env]}", `{"Fn::GetAtt":["Made","dev"]}`, `"<Made.dev>"`},
		{"!Sub '${Env}-${AWS::Region}-${!Env}-$x-${'", `"dev-eu-central-1-${Env}-$x-${"`, ""},
		{"!Sub '${Made}/${Made.Arn}'", `{"Fn::Sub":["${Made}/${Made.Arn}",{"Made":{"Ref":"Made"},"Made.Arn":{"Fn::GetAtt":["Made","Arn"]}}]}`, `"<Made.>/<Made.Arn>"`},
		{"!Sub ['${X}${Env}', {X: !Join ['', [a, !Ref Env]]}]", `"adevdev"`, ""},
		{"!Sub ['${Env}', {Env: own}]", `"own"`, ""},
		{"!Sub ['${Env}', {Unused: !GetAZs ''}]", `"dev"`, ""},
		{"!Sub ['${Env}', {Unused: !Ref Made}]", `{"Fn::Sub":["${Env}",{"Env":"dev","Unused":{"Ref":"Made"}}]}`, `"dev"`},
		{"!Join ['-', [a, !Ref Env, !Ref AWS::NoValue]]", `"a-dev"`, ""},
		{"!Join [',', !Ref Subnets]", `"s-1,s-2,s-3"`, ""},
		{"!Join ['', []]", `""`, ""},
		{"!Join ['|', !GetAtt Made.List]", `{"Fn::Join":["|",{"Fn::GetAtt":["Made","List"]}]}`, `"x|y"`},
		{"!Split [',', 'a,b,,c']", `["a","b","","c"]`, ""},
		{"!Select ['1', !Split ['-', !Ref Made]]", `{"Fn::Select":["1",{"Fn::Split":["-",{"Ref":"Made"}]}]}`, ""},
		{"!Select [1, [!Ref Made, b]]", `"b"`, ""},
		{"!Select [0, !GetAZs '']", `"eu-central-1a"`, ""},
		{"!GetAZs us-east-1", `["us-east-1a","us-east-1b"]`, ""},
		{"!GetAZs {Ref: AWS::Region}", `["eu-central-1a","eu-central-1b"]`, ""},
		{"!FindInMap [Map, !Ref AWS::Region, Size]", `"2"`, ""},
		{"!FindInMap [Map, eu-central-1, List]", `["p","q"]`, ""},
		{"!If [IsProd, !Ref Made, small]", `"small"`, ""},
		{"!If [Both, !If [Either, a, b], c]", `"a"`, ""},
		{"{K: 1, D: !If [IsProd, x, !Ref AWS::NoValue]}", `{"K":"1"}`, ""},
		{"[a, !If [IsProd, b, !Ref 'AWS::NoValue'], c]", `["a","c"]`, ""},
		{"!ImportValue {'Fn::Sub': 'network-vpc'}", `"vpc-1"`, ""},
		{"!Base64 hello", `"aGVsbG8="`, ""},
		{"{'Fn::Base64': !Sub '${Made}'}", `{"Fn::Base64":[{"Fn::Sub":["${Made}",{"Made":{"Ref":"Made"}}]}]}`, `"PE1hZGUuPg=="`},
		{"!Cidr [192.168.0.0/24, 6, 5]", `["192.168.0.0/27","192.168.0.32/27","192.168.0.64/27","192.168.0.96/27","192.168.0.128/27","192.168.0.160/27"]`, ""},
		{"!Cidr ['10.0.7.9/16', 2, 8]", `["10.0.0.0/24","10.0.1.0/24"]`, ""},
		{"!Cidr ['2600:1f18:abc:de00::/56', 2, 64]", `["2600:1f18:abc:de00::/64","2600:1f18:abc:de01::/64"]`, ""},
		{"{Condition: {StringEquals: {a: b}}}", `{"Condition":{"StringEquals":{"a":"b"}}}`, ""},
		{"{\"a\": \"<&>\\u00e9\"}", `{"a":"<&>é"}`, ""},
	} {
		stack, err := resolve(head+c.value, nil)
		if err != nil {
			t.Errorf("%s: %v", c.value, err)
			continue
		}
		p := stack.Resources[1].Properties.Get("P")
		if got := p.JSON(); got != c.before {
			t.Errorf("%s\n got %s\nwant %s", c.value, got, c.before)
		}
		if c.after == "" {
			continue
		}
		after, err := template.Fill(p, attributes)
		if err != nil || after.JSON() != c.after || !after.Known() {
			t.Errorf("%s is filled with %s, %v, want %s", c.value, after.JSON(), err, c.after)
		}
	}
}

// TestUnresolvable has what is only known to be wrong with the values of parameters.
func TestUnresolvable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fact, value, want string }{
		{"CFN-86", "!FindInMap [Map, eu-central-1, Nope]", "Template error: Unable to get mapping for Map::eu-central-1::Nope"},
		{"CFN-86", "!FindInMap [Map, !Ref Env, Ami]", "Template error: Unable to get mapping for Map::dev::Ami"},
		{"CFN-73", "!ImportValue {'Fn::Sub': '${Env}-vpc'}", "No export named dev-vpc found."},
		{"", "!Select [5, !GetAZs '']", "Template error: Fn::Select cannot select nonexistent value at index 5"},
		{"", "!Select [!Ref Env, [a]]", "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
		{"", "!Base64 {Ref: Subnets}", "Template error: every Fn::Base64 object must have a String-typed value."},
		{"", "!Sub '${Subnets}'", "Template error: variable Subnets in Fn::Sub expression does not resolve to a string"},
		{"", "!GetAtt Made.Nope", "Template error: resource Made does not support attribute type Nope in Fn::GetAtt"},
		{"", "!FindInMap [Map, a, b, {DefaultValue: c}]", "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value"},
		{"", "!GetAZs {Ref: Made}", "Template error: the attributes in Fn::GetAZs must not depend on any resources"},
		{"", "!Cidr [10.0.0.0/24, 9, 5]", "Template error: Fn::Cidr cannot make 9 blocks with 5 CIDR bits in 10.0.0.0/24"},
	} {
		_, err := resolve(head+c.value, nil)
		holdMessage(t, c.fact+" "+c.value, err, c.want)
	}
}

// TestConditions: what a condition takes out is not there, and references to it are errors except in branches that do not count.
func TestConditions(t *testing.T) {
	t.Parallel()
	text := `
Parameters: {Env: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod]}
Resources:
  Prod: {Type: T, Condition: IsProd}
  User: {Type: T, DependsOn: Prod, Properties: {P: !If [IsProd, !GetAtt Prod.Arn, none]}}
Outputs:
  Prod: {Value: !Ref Prod, Condition: IsProd, Export: {Name: !Sub '${AWS::StackName}-prod'}}
`
	for env, want := range map[string]struct{ resources, dependencies, outputs string }{
		"prod": {"Prod User", "Prod", "Prod"},
		"dev":  {"User", "", ""},
	} {
		stack, err := resolve(text, map[string]string{"Env": env})
		if err != nil {
			t.Fatal(err)
		}
		var resources, outputs []string
		for _, r := range stack.Resources {
			resources = append(resources, r.LogicalID)
		}
		for _, o := range stack.Outputs {
			outputs = append(outputs, o.Name+o.Export.Text[len("net-prod"):])
		}
		user := stack.Resources[len(stack.Resources)-1]
		if got := strings.Join(resources, " "); got != want.resources {
			t.Errorf("%s: resources %s, want %s", env, got, want.resources)
		}
		if got := strings.Join(user.Dependencies, " "); got != want.dependencies || strings.Join(user.DependsOn, " ") != got {
			t.Errorf("%s: depends on %s, want %s", env, got, want.dependencies)
		}
		if got := strings.Join(outputs, " "); got != want.outputs {
			t.Errorf("%s: outputs %s, want %s", env, got, want.outputs)
		}
	}
	gone := strings.Replace(text, "!If [IsProd, !GetAtt Prod.Arn, none]", "!Ref Prod", 1)
	_, err := resolve(gone, map[string]string{"Env": "dev"})
	holdMessage(t, "CFN-82", err, "Template format error: Unresolved resource dependencies [Prod] in the Resources block of the template")
	gone = strings.Replace(text, "Condition: IsProd, Export", "Export", 1)
	_, err = resolve(gone, map[string]string{"Env": "dev"})
	holdMessage(t, "CFN-82", err, "Unresolved resource dependencies [Prod] in the Outputs block of the template")
}

// TestCyclesOfConditions: a cycle that stands only where a condition holds.
func TestCyclesOfConditions(t *testing.T) {
	t.Parallel()
	text := `
Parameters: {Env: {Type: String}}
Conditions: {C: !Equals [!Ref Env, prod]}
Resources:
  A: {Type: T, Properties: {P: !If [C, !Ref B, x]}}
  B: {Type: T, Properties: {P: !Ref A}}
`
	_, err := resolve(text, map[string]string{"Env": "prod"})
	holdMessage(t, "CFN-88", err, "Circular dependency between resources: [A, B]")
	var own *document.Error
	if !errors.As(err, &own) || own.At != (document.Position{Line: 5, Column: 3}) {
		t.Errorf("at %v", own.At)
	}
	if _, err := resolve(text, map[string]string{"Env": "dev"}); err != nil {
		t.Error(err)
	}
}

// TestResource has what stands beside properties.
func TestResource(t *testing.T) {
	t.Parallel()
	stack, err := resolve(`
Resources:
  B: {Type: T}
  A:
    Type: AWS::EC2::Volume
    DependsOn: B
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Retain
    Metadata: {AWS::CloudFormation::Init: {config: {files: {/etc/ecs/ecs.config: {content: !Sub "ECS_CLUSTER=${B}"}}}}}
    CreationPolicy: {ResourceSignal: {Count: 2}}
    UpdatePolicy: {AutoScalingRollingUpdate: {MinInstancesInService: "1"}}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := stack.Resources[1]
	if a.DeletionPolicy != "Snapshot" || a.UpdateReplacePolicy != "Retain" || !slices.Equal(a.Dependencies, []string{"B"}) {
		t.Errorf("%+v", a)
	}
	if got := a.CreationPolicy.Get("ResourceSignal").JSON() + a.UpdatePolicy.JSON() + a.Properties.JSON(); got != `{"Count":"2"}{"AutoScalingRollingUpdate":{"MinInstancesInService":"1"}}{}` {
		t.Error(got)
	}
	metadata, err := template.Fill(a.Metadata, attributes)
	if err != nil || !strings.Contains(metadata.JSON(), "ECS_CLUSTER=<B.>") {
		t.Error(metadata.JSON(), err)
	}
	if _, err := resolve(extended+"Conditions: {C: !Equals [a, b]}\nResources: {A: {Type: T, DeletionPolicy: !If [C, Keep, !Ref AWS::NoValue], Metadata: !Ref AWS::NoValue}}", nil); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ member, want string }{
		{"DeletionPolicy: !If [Nope, Keep, Retain]", "Template format error: Every DeletionPolicy member must be a string."},
		{"DeletionPolicy: Keep", "Template format error: Unrecognized DeletionPolicy Keep for resource A"},
		{"UpdateReplacePolicy: RetainExceptOnCreate", "Template format error: Unrecognized UpdateReplacePolicy RetainExceptOnCreate for resource A"},
		{"DeletionPolicy: Snapshot", "Template error: resource type T does not support DeletionPolicy Snapshot"},
	} {
		_, err := resolve("Resources: {A: {Type: T, "+c.member+"}}", nil)
		holdMessage(t, c.member, err, c.want)
	}
}

// TestMask has what is shown of NoEcho parameters (CFN-75, CFN-76).
func TestMask(t *testing.T) {
	t.Parallel()
	text := `
Parameters:
  Secret: {Type: String, NoEcho: true}
  List: {Type: CommaDelimitedList, NoEcho: "true"}
Conditions: {IsLong: !Equals [!Ref Secret, hunter2]}
Resources:
  Made: {Type: T}
  A: {Type: T, Properties: {Q: literal hunter2, P: `
	for _, c := range []struct{ value, properties, shown string }{
		{"!Ref Secret", `"hunter2"`, `"****"`},
		{"!Sub 'before-${Secret}-after'", `"before-hunter2-after"`, `"before-****-after"`},
		{"!Join [/, [left, !Ref Secret, right]]", `"left/hunter2/right"`, `"left/****/right"`},
		{"!Base64 {Ref: Secret}", `"aHVudGVyMg=="`, `"KioqKg=="`},
		{"!Select [0, !Ref List]", `"one"`, `"****"`},
		{"!If [IsLong, 'yes', 'no']", `"yes"`, `"yes"`},
		{"!Sub '${Made}:${Secret}'", `"<Made.>:hunter2"`, `"<Made.>:****"`},
		{"!Select [1, !Ref List]", `"two"`, ""},
		{"!Select [1, !Split ['n', !Sub '${Secret}${Made}']]", `"ter2<Made.>"`, ""},
	} {
		stack, err := resolve(text+c.value+"}}\nOutputs: {O: {Value: !Ref Secret}}", map[string]string{"Secret": "hunter2", "List": "one,two"})
		if err != nil {
			t.Fatal(err)
		}
		a := stack.Resources[1]
		properties, err := template.Fill(a.Properties, attributes)
		if err != nil {
			t.Fatal(err)
		}
		shown := template.FillShown(a.Shown, attributes).JSON()
		want := `{"Q":"literal hunter2","P":` + c.shown + `}`
		if c.shown == "" {
			want = `{"****":"****"}`
		}
		if got := properties.Get("P").JSON(); got != c.properties || shown != want {
			t.Errorf("%s: %s shown as %s, want %s shown as %s", c.value, got, shown, c.properties, want)
		}
		if got := stack.Outputs[0].Value.Text; got != "hunter2" { // CFN-77
			t.Errorf("the output is %s", got)
		}
		for _, p := range stack.Parameters { // CFN-74
			if shown, _ := p.Shown(); shown != "****" {
				t.Errorf("%s is shown as %s", p.Name, shown)
			}
		}
	}
}

// TestParameters has values, what is wrong with them, and what they come to.
func TestParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fact, declared, value, want string }{
		{"", "Type: String, Default: a", "-", `"a"`},
		{"CFN-94", "Type: Number, Default: 0", "-", `"0"`},
		{"", "Type: Number", "1.5", `"1.5"`},
		{"CFN-92", "Type: Number", "a", "Parameter 'P' must be a number."},
		{"CFN-92", "Type: Number", "0x1F", "Parameter 'P' must be a number."},
		{"CFN-92", "Type: List<Number>", "1,a", "Parameter 'P' must be a number."},
		{"CFN-92", "Type: String", "-", "Parameters: [P] must have values"},
		{"CFN-92", "Type: 'AWS::SSM::Parameter::Value<String>'", "-", "Parameter P should either have input value or default value"},
		{"CFN-93", "Type: String, AllowedValues: [a, 1]", "1", `"1"`},
		{"CFN-93", "Type: String, AllowedValues: [a, b]", "c", "Parameter 'P' must be one of AllowedValues"},
		{"CFN-93", "Type: CommaDelimitedList, AllowedValues: [a, b]", "a,c", "Parameter 'P' must be one of AllowedValues"},
		{"CFN-93", "Type: String, AllowedPattern: '[a-z]+'", "ab", `"ab"`},
		{"CFN-93", "Type: String, AllowedPattern: '[a-z]+'", "ab1", "Parameter 'P' must match pattern [a-z]+"},
		{"", "Type: String, AllowedPattern: '.{20,2048}'", strings.Repeat("a", 2000), `"` + strings.Repeat("a", 2000) + `"`},
		{"CFN-93", "Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: small letters.", "1", "Parameter P failed to satisfy constraint: small letters."},
		{"CFN-93", "Type: String, MinLength: 3", "é", "Parameter 'P' must contain at least 3 characters"},
		{"CFN-93", "Type: String, MaxLength: '3'", "abcd", "Parameter 'P' must contain at most 3 characters"},
		{"CFN-93", "Type: Number, MinValue: 3", "2.9", "Parameter 'P' must be a number not less than 3"},
		{"CFN-93", "Type: Number, MaxValue: 3.5", "4", "Parameter 'P' must be a number not greater than 3.5"},
		{"CFN-46", "Type: 'AWS::SSM::Parameter::Value<String>'", "/image", `"ami-1"`},
		{"CFN-46", "Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /list", "-", `["a","b"]`},
		{"CFN-46", "Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'", "/image", `"ami-1"`},
		{"", "Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>'", "/image2", "Unable to fetch parameters [/image2] from parameter store for this account."},
		{"", "Type: AWS::EC2::VPC::Id", "vpc-1", `"vpc-1"`},
		{"", "Type: AWS::EC2::VPC::Id", "vpc-2", "Parameter validation failed: parameter value vpc-2 for parameter name P does not exist"},
		{"", "Type: List<AWS::EC2::Subnet::Id>", "subnet-1, subnet-12", `["subnet-1","subnet-12"]`},
		{"", "Type: List<AWS::EC2::Subnet::Id>", "subnet-1,subnet-2", "Parameter validation failed: parameter value subnet-2 for parameter name P does not exist"},
		{"", "Type: List<AWS::EC2::Subnet::Id>", "subnet-3,subnet-1,subnet-2", "Parameter validation failed: parameter value subnet-3 for parameter name P does not exist, parameter value subnet-2 for parameter name P does not exist"},
		{"", "Type: String", strings.Repeat("a", 4097), "Parameter 'P' must contain at most 4096 characters"},
	} {
		values := map[string]string{"P": c.value}
		if c.value == "-" {
			values = nil
		}
		stack, err := resolve("Parameters: {P: {"+c.declared+"}}\nResources: {A: {Type: T, Properties: {V: !Ref P}}}", values)
		if strings.HasPrefix(c.want, "Param") || strings.HasPrefix(c.want, "Unable") {
			holdMessage(t, c.fact+" "+c.declared, err, c.want)
		} else if err != nil || stack.Resources[0].Properties.Get("V").JSON() != c.want {
			t.Errorf("%s of %.50s: %v, want %.50s", c.declared, c.value, err, c.want)
		}
	}
	_, err := resolve("Resources: {A: {Type: T}}", map[string]string{"Y": "", "X": ""})
	holdMessage(t, "CFN-92", err, "Parameters: [X, Y] do not exist in the template")
	_, err = resolve("Parameters: {A: {Type: String}, B: {Type: Number}}\nResources: {C: {Type: T}}", nil)
	holdMessage(t, "CFN-92", err, "Parameters: [A, B] must have values")
}

// TestRules. Source: user guide, Rules.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule string
		ok   bool
	}{
		{"Assertions: [{Assert: !Contains [[a, b], !Ref P]}]", true},
		{"Assertions: [{Assert: !Contains [[b], !Ref P], AssertDescription: no.}]", false},
		{"RuleCondition: !Equals [!Ref P, b], Assertions: [{Assert: !Contains [[b], !Ref P]}]", true},
		{"Assertions: [{Assert: !EachMemberIn [!Ref L, [x, y, z]]}]", true},
		{"Assertions: [{Assert: !EachMemberIn [!Ref L, [x]], AssertDescription: no.}]", false},
		{"Assertions: [{Assert: !EachMemberEquals [!Ref L, x], AssertDescription: no.}]", false},
		{"Assertions: [{Assert: !EachMemberEquals [!ValueOf [S, VpcId], 'VpcId of subnet-1']}]", true},
		{"Assertions: [{Assert: !Equals [!ValueOf [V, Tags.Name], 'Tags.Name of vpc-1']}]", true},
		{"Assertions: [{Assert: !EachMemberIn [!ValueOfAll ['AWS::EC2::VPC::Id', T], ['T of vpc-1', 'T of vpc-2']]}]", true},
		{"Assertions: [{Assert: !Not [!Contains [!RefAll 'AWS::EC2::VPC::Id', vpc-3]]}]", true},
	} {
		_, err := resolve(`
Parameters:
  P: {Type: String, Default: a}
  L: {Type: CommaDelimitedList, Default: 'x,y'}
  S: {Type: List<AWS::EC2::Subnet::Id>, Default: subnet-1}
  V: {Type: AWS::EC2::VPC::Id, Default: vpc-1}
Rules: {R: {`+c.rule+`}}
Resources: {A: {Type: T}}`, nil)
		if !c.ok {
			holdMessage(t, c.rule, err, "Rule R failed: no.")
		} else if err != nil {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
}

// TestOutputs are known at once, or when resources are made.
func TestOutputs(t *testing.T) {
	t.Parallel()
	stack, err := resolve(topic+"Outputs: {O: {Value: !GetAtt A.Arn, Description: d, Export: {Name: !Sub '${AWS::StackName}:a'}}}", nil)
	if err != nil {
		t.Fatal(err)
	}
	o := stack.Outputs[0]
	value, err := template.Fill(o.Value, attributes)
	if err != nil || value.Text != "<A.Arn>" || o.Export.Text != "net:a" || o.Description != "d" {
		t.Errorf("%v %v %+v", value, err, o)
	}
	for _, name := range []string{"!Ref A", "!Sub '${A.Arn}'", "!Select [0, !GetAZs '']", "!ImportValue network-vpc"} {
		_, err = resolve(topic+"Outputs: {O: {Value: a, Export: {Name: "+name+"}}}", nil)
		holdMessage(t, name, err, "Template format error: Output O is malformed.  The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs.")
	}
	_, err = resolve(topic+"Outputs: {O: {Value: a, Export: {Name: e}}, P: {Value: b, Export: {Name: e}}}", nil)
	holdMessage(t, "e", err, "Export with name e is already exported by stack net.")
	_, err = resolve(topic+"Outputs: {O: {Value: a, Export: {Name: a b}}}", nil)
	holdMessage(t, "a b", err, "Template format error: Output O is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens.")
}

// TestImports are kept for ListImports, and a missing one is told with its name (CFN-45).
func TestImports(t *testing.T) {
	t.Parallel()
	stack, err := resolve(with("!ImportValue network-vpc"), nil)
	if err != nil || !slices.Equal(stack.Imports, []string{"network-vpc"}) {
		t.Error(stack, err)
	}
	parsed, err := template.Parse(with("!Sub ['${V}-${B}', {V: !ImportValue nope}]"))
	if err != nil {
		t.Fatal(err)
	}
	stack, err = parsed.Resolve(template.Input{Environment: account{}, MissingExports: true})
	if err != nil || !slices.Equal(stack.Missing, []string{"nope"}) {
		t.Fatal(stack, err)
	}
	filled, err := template.Fill(stack.Resources[1].Properties, attributes)
	if want := `{"P":{"Fn::Sub":["${V}-${B}",{"V":{"Fn::ImportValue":["nope"]},"B":"<B.>"}]}}`; err != nil || filled.JSON() != want {
		t.Error(filled.JSON(), err)
	}
	_, err = resolve(with("!ImportValue nope"), nil)
	var own *document.Error
	if !errors.As(err, &own) || own.Import != "nope" || own.At != (document.Position{Line: 6, Column: 10}) {
		t.Errorf("%+v", err)
	}
}

// TestCapabilities (CFN-18).
func TestCapabilities(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		topic: "|",
		"Resources: {A: {Type: AWS::IAM::Role}, B: {Type: AWS::IAM::Policy, Properties: {PolicyName: p}}}":               "CAPABILITY_IAM|AWS::IAM::Policy,AWS::IAM::Role",
		"Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: r}}}":                                              "CAPABILITY_NAMED_IAM|AWS::IAM::Role",
		"Transform: AWS::LanguageExtensions\nResources: {'Fn::ForEach::L': [X, [a], {'A${X}': {Type: AWS::IAM::User}}]}": "CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND|AWS::IAM::User",
	} {
		parsed, err := template.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		capabilities, because := parsed.Capabilities()
		if got := strings.Join(capabilities, ",") + "|" + strings.Join(because, ","); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestSyntaxes: both syntaxes give the same, and of members with one name the last one counts.
func TestSyntaxes(t *testing.T) {
	t.Parallel()
	json := `{"Parameters": {"P": {"Type": "String", "Default": 5}},
		"Resources": {"A": {"Type": "old"}, "A": {"Type": "T", "Properties": {"S": {"Fn::Sub": "${P}-${AWS::Region}"}, "N": 1.50, "B": true}}}}`
	yaml := "Parameters: {P: {Type: String, Default: 5}}\nResources:\n  A:\n    Type: T\n    Properties:\n      S: !Sub ${P}-${AWS::Region}\n      N: 1.50\n      B: true\n"
	for _, text := range []string{json, yaml} {
		stack, err := resolve(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := stack.Resources[0].Properties
		if got := p.JSON() + p.TypedJSON(); got != `{"S":"5-eu-central-1","N":"1.50","B":"true"}{"S":"5-eu-central-1","N":1.50,"B":true}` {
			t.Error(got)
		}
	}
}
