package schema_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

func find(t *testing.T, name string) *schema.Type {
	t.Helper()
	of, found := schema.Find(name)
	if !found {
		t.Fatalf("the table has no %s", name)
	}
	return of
}

func properties(t *testing.T, text string) *document.Value {
	t.Helper()
	v, err := document.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestConvert: YAML on the left, what the operation gets on the right.
func TestConvert(t *testing.T) {
	for _, test := range []struct{ of, yaml, want string }{
		{"AWS::ECS::TaskDefinition", "Cpu: 256\nMemory: '0512'", `{"Cpu":"256","Memory":"0512"}`},
		{"AWS::ECS::TaskDefinition", "ContainerDefinitions: [{Name: 'yes', Image: 012345678901.dkr, Cpu: '10', Essential: 'True', Environment: [{Name: DATE, Value: 2020-01-01}, {Name: N, Value: 1.50}, {Name: B, Value: true}]}]",
			`{"ContainerDefinitions":[{"Name":"yes","Image":"012345678901.dkr","Cpu":10,"Essential":true,"Environment":[{"Name":"DATE","Value":"2020-01-01"},{"Name":"N","Value":"1.50"},{"Name":"B","Value":"true"}]}]}`},
		{"AWS::ECS::TaskDefinition", "ContainerDefinitions: [{Name: a, Image: b, RestartPolicy: {Enabled: yes, IgnoredExitCodes: ['0', 1]}}]",
			`{"ContainerDefinitions":[{"Name":"a","Image":"b","RestartPolicy":{"Enabled":true,"IgnoredExitCodes":[0,1]}}]}`},
		{"AWS::ECS::TaskDefinition", "ContainerDefinitions: [{Name: a, Image: b, DockerLabels: {N: 5, B: true}}]", // free maps stay
			`{"ContainerDefinitions":[{"Name":"a","Image":"b","DockerLabels":{"N":5,"B":true}}]}`},
		{"AWS::ECS::Service", "DesiredCount: '2'\nEnableExecuteCommand: 'false'\nTaskDefinition: 5", `{"DesiredCount":2,"EnableExecuteCommand":false,"TaskDefinition":"5"}`},
		{"AWS::ECS::Service", "DesiredCount: 2.0\nHealthCheckGracePeriodSeconds: 1e2", `{"DesiredCount":2,"HealthCheckGracePeriodSeconds":100}`},
		{"AWS::ECS::Service", "DesiredCount: many\nEnableExecuteCommand: 1\nUnknown: 5", `{"DesiredCount":"many","EnableExecuteCommand":1,"Unknown":5}`},
		{"AWS::ECS::Service", "LoadBalancers: {ContainerPort: '80'}", `{"LoadBalancers":{"ContainerPort":"80"}}`},
		{"AWS::ECS::TaskSet", "Scale: {Unit: PERCENT, Value: '050.50'}", `{"Scale":{"Unit":"PERCENT","Value":50.5}}`},
		{"AWS::IAM::Role", "AssumeRolePolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Max: 5}]}\nMaxSessionDuration: '3600'",
			`{"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Max":5}]},"MaxSessionDuration":3600}`},
		{"Custom::Thing", "ServiceToken: 5\nOther: 5", `{"ServiceToken":"5","Other":5}`},
	} {
		of := find(t, test.of)
		before := properties(t, test.yaml)
		was := before.TypedJSON()
		if got := of.Convert(before).TypedJSON(); got != test.want {
			t.Errorf("%s\n%s\nis %s\nwant %s", test.of, test.yaml, got, test.want)
		}
		if before.TypedJSON() != was {
			t.Errorf("%s: the values that are given have changed", test.yaml)
		}
	}
	if of := find(t, "AWS::ECS::Cluster"); of.Convert(nil) != nil {
		t.Error("a resource without properties gets some")
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		of, yaml string
		want     []string
	}{
		{"AWS::ECS::Cluster", "ClusterName: 5", nil},
		{"AWS::ECS::TaskDefinition", "requiresCompatibilities: [FARGATE]", []string{"#: extraneous key [requiresCompatibilities] is not permitted"}}, // CFN-115
		{"AWS::ECS::TaskDefinition", "ContainerDefinitions: [{Name: a, Image: b}, {image: b, Cpu: x}]", []string{
			"#/ContainerDefinitions/1: required key [Image] not found", "#/ContainerDefinitions/1: required key [Name] not found",
			"#/ContainerDefinitions/1: extraneous key [image] is not permitted", "#/ContainerDefinitions/1/Cpu: expected type: Integer, found: String",
		}},
		{"AWS::ECS::TaskDefinition", "ContainerDefinitions: {Name: a}", []string{"#/ContainerDefinitions: expected type: JSONArray, found: JSONObject"}},
		{"AWS::EC2::Subnet", "{}", []string{"#: required key [VpcId] not found"}},
		{"AWS::EC2::Subnet", "VpcId: [a]\nMapPublicIpOnLaunch: maybe\nTags: [a]", []string{
			"#/VpcId: expected type: String, found: JSONArray", "#/MapPublicIpOnLaunch: expected type: Boolean, found: String", "#/Tags/0: expected type: JSONObject, found: String",
		}},
		{"AWS::ECS::Service", "NetworkConfiguration: {AwsvpcConfiguration: {Subnets: subnet-1}}", []string{"#/NetworkConfiguration/AwsvpcConfiguration/Subnets: expected type: JSONArray, found: String"}},
		{"AWS::ECS::Service", "DesiredCount: 1.5\nEnableExecuteCommand: 1\nLaunchType: ~", []string{
			"#/DesiredCount: expected type: Integer, found: Number", "#/EnableExecuteCommand: expected type: Boolean, found: Integer", "#/LaunchType: expected type: String, found: Null",
		}},
		{"AWS::ECS::Service", "DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: true, ResetOnHealthyTask: 'false'}}\nMonitoring: {MetricConfigurations: [{ResolutionSeconds: '20'}]}", nil},
		{"AWS::ECS::Service", "DesiredCount: '{{resolve:ssm:/count}}'\nEnableExecuteCommand: '{{resolve:ssm:/exec:1}}'", nil},
		{"AWS::IAM::Policy", "PolicyName: p\nPolicyDocument: {Anything: [1]}", nil},
		{"AWS::IAM::Policy", "PolicyName: p\nPolicyDocument: '{}'", nil},
		{"AWS::IAM::Policy", "PolicyName: p\nPolicyDocument: []", []string{"#/PolicyDocument: expected type: JSONObject, found: JSONArray"}},
		{"AWS::ECS::TaskDefinition", "ContainerDefinitions: [{Name: a, Image: b, DockerLabels: {Any: 1}}]", nil},
		{"AWS::CDK::Metadata", "Analytics: v2:deflate64:x", nil},
		{"AWS::CloudFormation::CustomResource", "Other: 1", []string{"#: required key [ServiceToken] not found"}},
		{"AWS::CloudFormation::WaitConditionHandle", "Other: 1", []string{"#: extraneous key [Other] is not permitted"}},
	} {
		of := find(t, test.of)
		var got []string
		for _, p := range of.Check(properties(t, test.yaml)) {
			got = append(got, p.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s\n%s\nhas %q\nwant %q", test.of, test.yaml, got, test.want)
		}
	}
	if got := find(t, "AWS::EC2::Subnet").Check(nil); len(got) != 1 {
		t.Errorf("without properties: %v", got)
	}
}

// TestCheckTakesWhatIsKnownLater: the value of a call can be anything.
func TestCheckTakesWhatIsKnownLater(t *testing.T) {
	call := &document.Value{Kind: document.Call, Text: "Ref", Items: []*document.Value{document.NewText("A")}}
	v := &document.Value{Kind: document.Map}
	for _, name := range []string{"DesiredCount", "LoadBalancers", "NetworkConfiguration", "EnableExecuteCommand"} {
		v.Members = append(v.Members, document.Member{Name: name, Value: call})
	}
	of := find(t, "AWS::ECS::Service")
	if got := of.Check(v); len(got) != 0 {
		t.Errorf("it has %v", got)
	}
	if of.Convert(v) != v {
		t.Error("what is known later is converted")
	}
}

func TestMessage(t *testing.T) {
	of := find(t, "AWS::ECS::Cluster")
	one := schema.Message("X", of.Check(properties(t, "Y: 1")))
	if want := "Properties validation failed for resource X with message: #: extraneous key [Y] is not permitted"; one != want {
		t.Errorf("it says %q, want %q (CFN-114)", one, want)
	}
	two := schema.Message("X", of.Check(properties(t, "Y: 1\nZ: 1")))
	if want := "with message:\n#: extraneous key [Y] is not permitted\n#: extraneous key [Z] is not permitted"; !strings.HasSuffix(two, want) {
		t.Errorf("it says %q", two)
	}
}

func TestChanges(t *testing.T) {
	for _, test := range []struct {
		of, before, after string
		want              []string
		replace           schema.Recreation
	}{
		{"AWS::ECS::Service", "DesiredCount: 1\nCluster: a", "DesiredCount: '1'\nCluster: a", nil, schema.Never},
		{"AWS::ECS::Service", "DesiredCount: 1", "DesiredCount: 2", []string{"DesiredCount Modify Never"}, schema.Never},
		{"AWS::ECS::Service", "Cluster: a\nRole: b", "Cluster: b\nRole: b", []string{"Cluster Modify Always"}, schema.Always},
		{"AWS::ECS::Service", "LaunchType: EC2", "DesiredCount: 1", []string{"DesiredCount Add Never", "LaunchType Remove Conditionally"}, schema.Conditionally},
		{"AWS::ECS::CapacityProvider", "AutoScalingGroupProvider: {AutoScalingGroupArn: a}", "AutoScalingGroupProvider: {AutoScalingGroupArn: a, ManagedDraining: ENABLED}",
			[]string{"AutoScalingGroupProvider Modify Never"}, schema.Never},
		{"AWS::ECS::CapacityProvider", "AutoScalingGroupProvider: {AutoScalingGroupArn: a}", "AutoScalingGroupProvider: {AutoScalingGroupArn: b}",
			[]string{"AutoScalingGroupProvider Modify Always"}, schema.Always},
		{"AWS::ECS::Cluster", "Tags: [{Key: a, Value: 1}]", "Tags: [{Key: a, Value: '1'}]", nil, schema.Never},
		{"Custom::Thing", "ServiceToken: a\nOther: 1", "ServiceToken: a\nOther: 2", []string{"Other Modify Never"}, schema.Never},
	} {
		changes := find(t, test.of).Changes(properties(t, test.before), properties(t, test.after))
		var got []string
		for _, c := range changes {
			got = append(got, c.Property+" "+c.AttributeChangeType()+" "+string(c.Recreation))
		}
		if !slices.Equal(got, test.want) || schema.Replacement(changes) != test.replace {
			t.Errorf("%s from %q to %q: %q (%s), want %q (%s)", test.of, test.before, test.after, got, schema.Replacement(changes), test.want, test.replace)
		}
	}
	if got := find(t, "AWS::ECS::Cluster").Changes(nil, properties(t, "ClusterName: a")); len(got) != 1 || !got[0].Known() {
		t.Errorf("properties that are new: %v", got)
	}
}

func TestChangesThatAreNotKnown(t *testing.T) {
	call := &document.Value{Kind: document.Call, Text: "Ref", Items: []*document.Value{document.NewText("A")}}
	v := &document.Value{Kind: document.Map, Members: []document.Member{{Name: "TaskDefinition", Value: call}}}
	of := find(t, "AWS::ECS::Service")
	if got := of.Changes(properties(t, "TaskDefinition: a"), v); len(got) != 1 || got[0].Known() {
		t.Errorf("a reference instead of a value: %v", got)
	}
	if got := of.Changes(v, v); len(got) != 0 {
		t.Errorf("the same reference: %v", got)
	}
}

// TestConvertIsIdempotent: what is converted stays, has the problems that it had before, and is no change.
func TestConvertIsIdempotent(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		of, _ := schema.Find(rapid.SampledFrom(schema.Names()).Draw(r, "type"))
		v := members(of.Properties, 3).Draw(r, "properties")
		once := of.Convert(v)
		if twice := of.Convert(once); twice != once {
			r.Fatalf("%s becomes %s, and that %s", v.TypedJSON(), once.TypedJSON(), twice.TypedJSON())
		}
		if was, is := of.Check(v), of.Check(once); len(was) != len(is) {
			r.Fatalf("%s has %v, converted %v", v.TypedJSON(), was, is)
		}
		if changes := of.Changes(v, once); len(changes) != 0 {
			r.Fatalf("to convert %s is a change: %v", v.TypedJSON(), changes)
		}
	})
}

var texts = rapid.OneOf(rapid.SampledFrom([]string{"", "5", "005", "5.0", "-0", "1e3", "1e999", "0x1F", "NaN", "true", "False", "yes", "012345678901", "2020-01-01", "+7", ".5", "9223372036854775808"}), rapid.String())

// members draws an object that has some of the members, each of a kind that fits or not.
func members(known map[string]*schema.Property, depth int) *rapid.Generator[*document.Value] {
	return rapid.Custom(func(r *rapid.T) *document.Value {
		v := &document.Value{Kind: document.Map}
		var names []string
		for name := range known {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range append(names, "Unknown") {
			if !rapid.Bool().Draw(r, name) {
				continue
			}
			v.Members = append(v.Members, document.Member{Name: name, Value: value(known[name], depth).Draw(r, name)})
		}
		return v
	})
}

func value(p *schema.Property, depth int) *rapid.Generator[*document.Value] {
	return rapid.Custom(func(r *rapid.T) *document.Value {
		kind := rapid.SampledFrom([]document.Kind{document.Text, document.Number, document.Bool, document.List, document.Map}).Draw(r, "kind")
		switch {
		case p != nil && p.List && depth > 0 && kind == document.List:
			item := *p
			item.List = false
			return &document.Value{Kind: kind, Items: []*document.Value{value(&item, depth-1).Draw(r, "item")}}
		case p != nil && kind == document.Map && depth > 0:
			return members(p.Members, depth-1).Draw(r, "members")
		case kind == document.List || kind == document.Map:
			return &document.Value{Kind: kind}
		default:
			return &document.Value{Kind: kind, Text: texts.Draw(r, "text")}
		}
	})
}
