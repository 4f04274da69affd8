package template_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// with are resources beside a topic A with a property P.
func with(property string) string {
	return "Resources:\n  B: {Type: 'AWS::SNS::Topic'}\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      P: " + property + "\n"
}

const topic = "Resources: {A: {Type: AWS::SNS::Topic}}\n"

// TestRefused has templates that are refused before any value is known. Texts with a fact are recorded or reported.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fact, text, want string }{
		{"CFN-78", ``, "Template format error: unsupported structure."},
		{"CFN-78", `just a text`, "Template format error: unsupported structure."},
		{"CFN-78", `[]`, "Template format error: unsupported structure."},
		{"CFN-78", `{"this is invalid JSON"="bobbins"}`, "Template format error: JSON not well-formed. (line 1, column 25)"},
		{"CFN-78", `{"a": 1} x`, "Template format error: JSON not well-formed. (line 1, column 11)"},
		{"CFN-78", "a: b: c", "Template format error: YAML not well-formed."},
		{"CFN-78", "a: b\n---\nc: d", "Template format error: YAML not well-formed."},
		{"", "a: &x b\nc: *x", "Template error: YAML aliases are not allowed in CloudFormation templates"},
		{"", "a: &x b\n*x : c", "Template error: YAML aliases are not allowed in CloudFormation templates"},
		{"", "a: !!binary aGVsbG8=", "Template format error: YAML not well-formed."},
		{"CFN-79", `{}`, "Template format error: At least one Resources member must be defined."},
		{"CFN-79", `{"Resources": {}}`, "Template format error: At least one Resources member must be defined."},
		{"CFN-79", `{"Resources": {"A": "text"}}`, "Template format error: Any Resources member must be an object."},
		{"CFN-80", `{"Resources": {"A": {"Properties": {}}}}`, "Template format error: [/Resources/A] Every Resources object must contain a Type member."},
		{"", "Resources: {A: {Type: Custom::A, Version: '1.0', Properties: a}}", "Template format error: [/Resources/A/Properties] Every Properties member must be an object."},
		{"CFN-80", `{"Resources": {"A": {"Type": "AWS::SNS::Topic", "Invalid": 10}}}`, "Invalid template resource property 'Invalid'"},
		{"CFN-81", `{"Resources": {"my-bad-id": {"Type": "AWS::SNS::Topic"}}}`, "Template format error: Resource name my-bad-id is non alphanumeric."},
		{"CFN-81", topic + "Parameters: {a-b: {Type: String}}", "Template format error: Parameter name a-b is non alphanumeric."},
		{"CFN-82", with("!Ref X"), "Template format error: Unresolved resource dependencies [X] in the Resources block of the template"},
		{"CFN-82", with("!Sub '${X}-${Y.Arn}-${!Z}'"), "Template format error: Unresolved resource dependencies [X, Y] in the Resources block of the template"},
		{"CFN-82", with("!Sub ['${L}${X}', {L: !Ref Y}]"), "Template format error: Unresolved resource dependencies [X, Y] in the Resources block of the template"},
		{"CFN-82", with("!Sub [a, {Unused: !Ref Y}]"), "Template format error: Unresolved resource dependencies [Y] in the Resources block of the template"},
		{"CFN-88", with("!Sub [a, {Unused: !Ref A}]"), "Circular dependency between resources: [A]"},
		{"CFN-85", with("!Sub [a, {Unused: !If [C, a, b]}]"), "Template error: unresolved condition dependency C in Fn::If"},
		{"CFN-82", "Resources: {A: {Type: AWS::SNS::Topic, DependsOn: [X]}}", "Template format error: Unresolved resource dependencies [X] in the Resources block of the template"},
		{"CFN-82", topic + "Outputs: {O: {Value: !Ref X}}", "Unresolved resource dependencies [X] in the Outputs block of the template"},
		{"", with("!GetAtt X.Arn"), "Template error: instance of Fn::GetAtt references undefined resource X"},
		{"CFN-83", with("!GetAtt A"), "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"},
		{"CFN-83", with("{'Fn::GetAtt': [A, '']}"), "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"},
		{"CFN-83", with("{'Fn::GetAtt': [A, b, c]}"), "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"},
		{"CFN-84", with("!Join [',']"), "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."},
		{"CFN-84", with("!Join [',', text]"), "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."},
		{"CFN-84", topic + "Outputs: {O: {Value: {'Fn::Split': !Ref 'AWS::Region'}}}", "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split."},
		{"CFN-85", with("!Select [bad, [test]]"), "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
		{"CFN-85", with("!Select [0, 2]"), "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
		{"CFN-85", with("!Select [100, [test]]"), "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"},
		{"CFN-85", topic + "Conditions: {C: !Equals [a]}", "Template error: every Fn::Equals object requires a list of 2 string parameters."},
		{"CFN-85", with("!If [C, a, b]"), "Template error: unresolved condition dependency C in Fn::If"},
		{"CFN-86", topic + "Mappings: {A: text}", "Template format error: Every Mappings member A must be a map"},
		{"CFN-86", topic + "Mappings: {M: {A: text}}", "Template format error: Every Mappings member A must be a map"},
		{"CFN-86", topic + "Mappings: {M: {A: {B: {C: d}}}}", "Template format error: Every Mappings attribute must be a String or a List."},
		{"CFN-86", topic + "Mappings: {M: {A: {B: !Ref C}}}", "Template format error: Every Mappings attribute must be a String or a List."},
		{"CFN-87", topic + "Outputs: {MyOutput: {}}", "Template format error: Every Outputs member must contain a Value object"},
		{"CFN-87", topic + "Outputs: {MyOutput: {Value: ~, AnotherValue: ~}}", "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates"},
		{"CFN-87", `{"Resources": {"A": {"Type": "T", "Properties": {"P": [1, null]}}}}`, "[/Resources/A/Type/P/1] 'null' values are not allowed in templates"},
		{"CFN-87", "Resources: {A: {Type: T, Properties: }}", "[/Resources/A/Properties] 'null' values are not allowed in templates"},
		{"CFN-87", "Resources: {A: {Type: T, Metadata: {M: ~}}}", "[/Resources/A/Metadata/M] 'null' values are not allowed in templates"},
		{"CFN-87", "Resources: {A: ~}", "[/Resources/A] 'null' values are not allowed in templates"},
		{"CFN-87", topic + "Conditions:", "[/Conditions] 'null' values are not allowed in templates"},
		{"CFN-87", topic + "Parameters: {P: {Type: String, Default: }}", "[/Parameters/P/Default] 'null' values are not allowed in templates"},
		{"CFN-87", topic + "Metadata: {a: [b, {c: ~}]}", "[/Metadata/a/1/c] 'null' values are not allowed in templates"},
		{"CFN-88", "Resources:\n  B: {Type: T, Properties: {P: !GetAtt A.Arn}}\n  A: {Type: T, Properties: {P: !Sub '${B}'}}\n  C: {Type: T, DependsOn: A}\n  D: {Type: T}", "Circular dependency between resources: [A, B]"},
		{"CFN-88", "Resources: {A: {Type: T, Metadata: {M: !Ref A}}}", "Circular dependency between resources: [A]"},
		{"", with("!Sub '${A b}'"), "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons"},
		{"", with("!Sub [a, b]"), "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string"},
		{"", with("!FindInMap [M, a, b]"), "Template error: Mapping named 'M' is not present in the 'Mappings' section of template."},
		{"", with("!ImportValue {Ref: B}"), "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs"},
		{"", with("!ImportValue {'Fn::Sub': '${B}-x'}"), "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs"},
		{"", with("!ImportValue {'Fn::ImportValue': x}"), "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs"},
		{"", topic + "Conditions: {C: !Equals [a, a]}\nRules: {R: {RuleCondition: !Condition C, Assertions: []}}", "Template format error: Following functions are not supported in the Rules block of the template: [Condition]"},
		{"", topic + "Conditions: {C: !Equals [a, a]}\nRules: {R: {Assertions: [{Assert: !Contains [[a], !If [C, a, b]]}]}}", "Template format error: Following functions are not supported in the Rules block of the template: [Fn::If]"},
		{"", topic + "Conditions: {C: !Equals [!ImportValue a, b]}", "Template format error: Following functions are not supported in the Conditions block of the template: [Fn::ImportValue]"},
		{"", topic + "Conditions: {C: !Contains [[a], a]}", "Template format error: Following functions are not supported in the Conditions block of the template: [Fn::Contains]"},
		{"", topic + "Rules: {R: {Assertions: [{Assert: !Equals [!Sub a, b]}]}}", "Template format error: Following functions are not supported in the Rules block of the template: [Fn::Sub]"},
		{"", topic + "Outputs: {O: {Value: !Not [!Equals [a, b]]}}", "Template format error: The Value field of every Outputs member must evaluate to a String."},
		{"CFN-86", with("!If [C, a, !FindInMap [M, k, gone]]") + "Mappings: {M: {k: {b: c}}}\nConditions: {C: !Equals [a, a]}", "Template error: Unable to get mapping for M::k::gone"},
		{"", with("!And [!Equals [a, b], !Equals [a, b]]"), "Template format error: Following functions are not supported in the Resources block of the template: [Fn::And]"},
		{"", with("!If [!Ref A, a, b]"), "Template error: Fn::If requires a list argument with the first element being a condition"},
		{"", with("{Ref: [a]}"), "Template error: every Ref object must have a single String value."},
		{"", topic + "Conditions: {C: !Not [true]}", "Template error: every Fn::Not object requires one boolean parameter."},
		{"", topic + "Conditions: {C: !And [!Equals [a, b]]}", "Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters."},
		{"", topic + "Conditions: {C: yes}", "Template format error: Conditions can only be boolean operations on parameters and other conditions"},
		{"", topic + "Conditions: {C: !Equals [!Ref A, b]}", "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template"},
		{"", topic + "Conditions: {C: !Not [{Condition: D}]}", "Template format error: Unresolved condition dependency D in the Conditions block of the template"},
		{"", topic + "Conditions: {C: !Not [!Condition D], D: !Not [!Condition C]}", "Template format error: Circular dependency between conditions: [C, D]"},
		{"", "Resources: {A: {Type: T, Condition: C}}", "Template format error: Unresolved condition dependency C in the Resources block of the template"},
		{"", "Resources: {A: {Type: T, Condition: [C]}}", "Template format error: Every Condition member must be a string."},
		{"", topic + "Outputs: {O: {Value: a, Condition: C}}", "Template format error: Unresolved condition dependency C in the Outputs block of the template"},
		{"", topic + "Outputs: {O: {Value: a, Export: {}}}", "Template format error: Output O is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens."},
		{"", topic + "Outputs: {O: {Value: [a]}}", "Template format error: The Value field of every Outputs member must evaluate to a String and not a List."},
		{"", topic + "Outputs: {O: {Value: {a: b}}}", "Template format error: The Value field of every Outputs member must evaluate to a String and not a Map."},
		{"", topic + "Outputs: {O: text}", "Template format error: Any Outputs member must be an object."},
		{"", topic + "Outputs: {O: {Value: a, Type: b, Exports: c}}", "Invalid output property or properties [Type, Exports]"},
		{"", topic + "Outputs: {O: {Value: a, Description: [b]}}", "Template format error: Every Description member must be a string."},
		{"", topic + "Outputs: {O: {Value: a, Export: b}}", "Template format error: Output O is malformed. The Export field of every Outputs member must be a Map."},
		{"", topic + "Outputs: {O: {Value: a, Export: {Name: b, Value: c}}}", "Template format error: Output O is malformed. The Name field of every Export member must be specified and consist only of alphanumeric characters, colons, or hyphens."},
		{"", "Resources: {A: {Type: T, Metadata: text}}", "Template format error: Any Metadata member must be an object."},
		{"", "Resources: {A: {Type: T, UpdatePolicy: [a]}}", "Template format error: Any UpdatePolicy member must be an object."},
		{"", "Resources: {A: {Type: T, CreationPolicy: 5}}", "Template format error: Any CreationPolicy member must be an object."},
		{"", "Resources: {A: {Type: T, Description: {a: b}}}", "Template format error: Every Description member must be a string."},
		{"", "Resources: {A: {Type: T, DependsOn: {a: b}}}", "Template format error: Every DependsOn value must be a string."},
		{"", "Resources: {A: {Type: T, DependsOn: [[a]]}}", "Template format error: Every DependsOn value must be a string."},
		{"", "Resources: {A: {Type: [T]}}", "Template format error: [/Resources/A] Every Resources object must contain a Type member."},
		{"", "Resources: []", "Template format error: [/Resources] Every Resources member must be an object."},
		{"", topic + "Parameters: {P: text}", "Template format error: Any Parameters member must be an object."},
		{"", topic + "Description: [a]", "Template format error: Every Description member must be a string."},
		{"", topic + "Outputs: {a-b: {Value: a}}", "Template format error: Outputs name 'a-b' is non alphanumeric."},
		{"", topic + "Parameters: {A: {Type: String}}", "Template error: all resources and parameters must have unique names. Common name(s):[A]"},
		{"", topic + "Parameters: {P: {Type: Strin}}", "Template format error: Unrecognized parameter type: Strin"},
		{"", topic + "Parameters: {P: {}}", "Template format error: Every Parameters object must contain a Type member."},
		{"", topic + "Parameters: {P: {Type: String, Defualt: a}}", "Invalid template parameter property 'Defualt'"},
		{"", topic + "Parameters: {P: {Type: String, Default: !Sub a}}", "Template format error: Every Default member must be a string."},
		{"", topic + "Foo: a\nBar: b", "Invalid template property or properties [Foo, Bar]"},
		{"", topic + "AWSTemplateFormatVersion: 2010-09-10", "Template format error: 2010-09-10 is not a supported value for AWSTemplateFormatVersion."},
		{"", with("!Length [a]"), "Template error: Encountered unsupported function: Fn::Length Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]"},
		{"", "Resources: {'Fn::ForEach::L': [X, [a], {'A${X}': {Type: T}}]}", "Template format error: [/Resources/Fn::ForEach::L] resource definition is malformed"},
		{"", strings.Repeat("[", 51_200), "Template format error: JSON not well-formed. (line 1, column 10002)"},
		{"", strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000), "Template format error: unsupported structure."},
		{"", strings.Repeat(`{"a":`, 9_000) + "1" + strings.Repeat("}", 9_000), "Template format error: unsupported structure."},
		{"", "a: " + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000), "Template format error: unsupported structure."},
		{"", "a: " + strings.Repeat("[", 51_200), "Template format error: YAML not well-formed."},
		{"", strings.Repeat(" ", 1_000_001), "Template may not exceed 1000000 bytes in size."},
	} {
		_, err := template.Parse(c.text)
		holdMessage(t, c.fact+" "+c.text, err, c.want)
	}
}

func holdMessage(t *testing.T, what string, err error, want string) {
	t.Helper()
	var own *document.Error
	if !errors.As(err, &own) || own.Message != want {
		t.Errorf("%.300s\n got %v\nwant %s", what, err, want)
	}
}

// TestLimits holds the quotas of the user guide.
func TestLimits(t *testing.T) {
	t.Parallel()
	many := func(n int, member string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "N%d: %s, ", i, member)
		}
		return "{" + b.String() + "}"
	}
	for _, c := range []struct {
		format, member, want string
		most                 int
	}{
		{"Resources: %s", "{Type: T}", "resources, 501, is greater than maximum allowed, 500", 500},
		{topic + "Parameters: %s", "{Type: String}", "parameters, 201, is greater than maximum allowed, 200", 200},
		{topic + "Outputs: %s", "{Value: a}", "outputs, 201, is greater than maximum allowed, 200", 200},
		{topic + "Mappings: %s", "{a: {b: c}}", "mappings, 201, is greater than maximum allowed, 200", 200},
		{topic + "Mappings: {M: %s}", "{b: c}", "mapping attributes, 201, is greater than maximum allowed, 200", 200},
	} {
		if _, err := template.Parse(fmt.Sprintf(c.format, many(c.most, c.member))); err != nil {
			t.Errorf("%d %s: %v", c.most, c.member, err)
		}
		_, err := template.Parse(fmt.Sprintf(c.format, many(c.most+1, c.member)))
		holdMessage(t, c.format, err, "Template format error: Number of "+c.want)
	}
}

// TestDynamicReferences holds how many there may be. Source: CloudFormation's quotas.
func TestDynamicReferences(t *testing.T) {
	t.Parallel()
	many := func(n int) string { return with("'" + strings.Repeat("{{resolve:ssm:a}}", n) + "'") }
	if _, err := template.Parse(many(60)); err != nil {
		t.Error(err)
	}
	_, err := template.Parse(many(61))
	holdMessage(t, "61", err, "Template format error: Number of dynamic references, 61, is greater than maximum allowed, 60")
}

// TestNotBuilt has what AWS takes, and the emulator refuses by name.
func TestNotBuilt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{topic + "Transform: AWS::Serverless-2016-10-31", "The transform AWS::Serverless-2016-10-31"},
		{topic + "Transform: AWS::Serverless-2016-10-31\nGlobals: {}", "The transform AWS::Serverless-2016-10-31"},
		{topic + "Transform: [AWS::LanguageExtensions, Own]", "The transform Own"},
		{topic + "Transform: {Name: 'AWS::Include', Parameters: {Location: a}}", "The transform AWS::Include"},
		{with("!Transform {Name: 'AWS::Include'}"), "Fn::Transform"},
		{with("{a: b, 'Fn::Transform': {Name: 'AWS::Include'}}"), "Fn::Transform"},
		{"Resources: {A: {Type: T, 'Fn::Transform': {Name: M}}}", "Fn::Transform"},
		{"Resources: {'Fn::Transform': {Name: 'AWS::Include'}}", "Fn::Transform"},
		{"Resources: {A: {Type: T}, 'Fn::Transform': {Name: 'AWS::Include'}}", "Fn::Transform"},
		{"Resources: {A: !Transform {Name: M}}", "Fn::Transform"},
		{with("[{a: {b: [!Transform {Name: 'AWS::Include'}]}}]"), "Fn::Transform"},
		{topic + "'Fn::Transform': {Name: M}", "Fn::Transform"},
		{topic + "Metadata: {a: !Transform {Name: M}}", "Fn::Transform"},
		{topic + "Parameters: {P: {Type: String, 'Fn::Transform': {Name: M}}}", "Fn::Transform"},
		{topic + "Mappings: {M: {a: {'Fn::Transform': {Name: M}}}}", "Fn::Transform"},
		{topic + "Mappings: {'Fn::Transform': {Name: M}}", "Fn::Transform"},
		{topic + "Conditions: {'Fn::Transform': {Name: M}}", "Fn::Transform"},
		{topic + "Conditions: {C: !Transform {Name: M}}", "Fn::Transform"},
		{topic + "Conditions: {C: !Equals [!Transform {Name: M}, a]}", "Fn::Transform"},
		{topic + "Rules: {R: {Assertions: [!Transform {Name: M}]}}", "Fn::Transform"},
		{topic + "Outputs: {'Fn::Transform': {Name: M}}", "Fn::Transform"},
		{topic + "Outputs: {O: {Value: a, 'Fn::Transform': {Name: M}}}", "Fn::Transform"},
		{topic + "Outputs: {O: {Value: !Transform {Name: M}}}", "Fn::Transform"},
		{topic + "Outputs: {O: !Transform {Name: M}}", "Fn::Transform"},
		{topic + "Transform: !Transform {Name: M}", "Fn::Transform"},
		{topic + "Transform: [[Own]]", "The transform Own"},
		{topic + "Hooks: {}", "The section Hooks of templates"},
		{topic + "Parameters: {P: {Type: String, AllowedPattern: '(?<=a)b'}}", "The AllowedPattern (?<=a)b"},
	} {
		_, err := template.Parse(c.text)
		holdMessage(t, c.text, err, c.want+" is not built")
		var own *document.Error
		if errors.As(err, &own) && !own.NotBuilt {
			t.Errorf("%s: not said to be not built", c.text)
		}
	}
}
