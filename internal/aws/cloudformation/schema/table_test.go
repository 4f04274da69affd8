package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	all := Names()
	if len(all) != 86 || !slices.IsSorted(all) {
		t.Errorf("the table has %d types, want 86 in order", len(all))
	}
	for _, name := range all {
		of, _ := Find(name)
		for _, id := range of.PrimaryIdentifier {
			top, _, _ := strings.Cut(id, "/")
			if of.Properties[top] == nil && of.Attributes[top] == "" {
				t.Errorf("%s is identified by %s, which it does not have", name, id)
			}
		}
		if of.Taggable() && of.Properties[of.Tags] == nil {
			t.Errorf("%s has tags in %s, which it does not have", name, of.Tags)
		}
		for _, path := range of.nested {
			if of.Properties[path[0]] == nil {
				t.Errorf("%s is replaced by a change of %s, which it does not have", name, path)
			}
		}
	}
}

// TestOverridesAreNeeded: each says how it is known, and adds something. One fails that the table has, as it will when the table is newer.
func TestOverridesAreNeeded(t *testing.T) {
	all, err := read(typesText)
	if err != nil {
		t.Fatal(err)
	}
	if err := add(all, overrideText); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]string{
		`[{"type":"AWS::ECS::Cluster","source":"x","properties":{"ClusterName":"string"}}]`:                             "the table has ClusterName already",
		`[{"type":"AWS::ECS::Service","source":"x","at":"DeploymentConfiguration","properties":{"Strategy":"string"}}]`: "the table has Strategy already",
		`[{"type":"AWS::ECS::Cluster","source":"x","attributes":{"Arn":"string"}}]`:                                     "the table has the attribute Arn already",
		`[{"type":"AWS::ECS::Cluster","source":"x","at":"No/Such","properties":{"A":"string"}}]`:                        "it has no No/Such",
		`[{"type":"AWS::ECS::Cluster","properties":{"A":"string"}}]`:                                                    "no source is named",
		`[{"type":"AWS::ECS::Cluster","source":"x","properties":{"A":"strong"}}]`:                                       `"strong" is no kind`,
		`[{"type":"AWS::X::Y","source":"x"}]`:                                                                           "it is no type",
	} {
		if err := add(all, []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestTextsOfTheTable(t *testing.T) {
	for _, text := range []string{
		`{"types":{"A":{"properties":{"B":"strong"}}}}`, `{"types":{"A":{"properties":{"B":"string,needed"}}}}`, `{"types":{"A":{"properties":{"B":1}}}}`,
		`{"types":{"A":{"properties":{"B":["object",1]}}}}`, `{"types":{"A":{"properties":{"B":["object",{"C":"strong"}]}}}}`, `{"types":{"A":{}}}`, `[`,
	} {
		if _, err := read([]byte(text)); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	if err := add(nil, []byte(`{`)); err == nil {
		t.Error("overrides that cannot be read are taken")
	}
}

func TestFind(t *testing.T) {
	service, found := Find("AWS::ECS::Service")
	if !found || !slices.Equal(service.PrimaryIdentifier, []string{"ServiceArn", "Cluster"}) || service.Tags != "Tags" {
		t.Errorf("the service is %+v", service)
	}
	if _, found := Find("AWS::ECS::service"); found {
		t.Error("capitals do not matter")
	}
	if custom, found := Find("Custom::Thing"); !found || !custom.Open || !custom.HasAttribute("Anything") {
		t.Error("a custom resource is not known")
	}
	for name, want := range map[string]bool{"AWS::EC2::EIPAssociation": true, "AWS::Logs::MetricFilter": true, "AWS::ECS::Service": false} {
		if of, _ := Find(name); of.DeleteFirst != want {
			t.Errorf("%s gives up the old one first: %v (CFN-54)", name, of.DeleteFirst)
		}
	}
	monitoring := service.Properties["Monitoring"]
	if monitoring == nil || monitoring.Members["MetricConfigurations"].Members["ResolutionSeconds"].Kinds[0] != Integer {
		t.Error("what the table is too old for is missing")
	}
}

func TestHasAttribute(t *testing.T) {
	for _, test := range []struct {
		of, name string
		want     bool
	}{
		{"AWS::ECS::Service", "Name", true}, {"AWS::ECS::Service", "ServiceArn", true}, {"AWS::ECS::Service", "Arn", false},
		{"AWS::EC2::VPC", "DefaultSecurityGroup", true}, {"AWS::EC2::VPC", "CidrBlock", true}, {"AWS::EC2::VPC", "cidrBlock", false},
		{"AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName", true},
		{"AWS::Lambda::Function", "SnapStartResponse.ApplyOn", true}, {"AWS::Lambda::Function", "SnapStartResponse/ApplyOn", false},
		{"AWS::CloudFormation::Stack", "Outputs.Address", true}, {"AWS::CloudFormation::Stack", "Other.Address", false},
		{"AWS::CDK::Metadata", "Anything", true}, {"AWS::ECS::Cluster", "", false},
	} {
		if of, _ := Find(test.of); of.HasAttribute(test.name) != test.want {
			t.Errorf("Fn::GetAtt knows %s of %s: %v, want %v (CFN-106)", test.name, test.of, !test.want, test.want)
		}
	}
}

// TestTablesAreSmall holds what they add to the program.
func TestTablesAreSmall(t *testing.T) {
	if n := len(typesText) + len(overrideText); n > 120_000 {
		t.Errorf("the program has %d bytes of tables", n)
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := read(typesText); err != nil {
			b.Fatal(err)
		}
	}
}
