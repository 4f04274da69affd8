package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check/stacktemplate"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy/stackparameter"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/stacktypes"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// Templates checks files as Options do, and templates of CloudFormation among them.
type Templates struct {
	Options
	// Parameters are values of parameters that templates declare.
	Parameters stackparameter.Values
	// Ignore are types of resources that are left out of stacks.
	Ignore []string
}

// Files checks files together. Task definitions and services of a template are checked with each other, and with what other files have.
func (t Templates) Files(files []File) []Finding {
	c, declared, templates := t.checker(), map[string]bool{}, []string(nil)
	for i, f := range files {
		c.order[f.Name] = i
		text, is := c.templateOf(f)
		if !is {
			c.read(f)
			continue
		}
		templates = append(templates, f.Name)
		result := stacktemplate.Check(text, t.Parameters, stacktypes.Types{Ignore: t.Ignore})
		for _, name := range result.Declared {
			declared[name] = true
		}
		for _, each := range result.Findings {
			c.findings = append(c.findings, findingOf(f.Name, each))
		}
		if result.Stack != nil {
			c.stack(f.Name, result.Stack, t.Ignore)
		}
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		if !declared[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 && len(templates) > 0 {
		c.findings = append(c.findings, Finding{
			File: templates[0], Effect: Refused, Operation: "CreateStack", Code: "ValidationError",
			Message: fmt.Sprintf("Parameters: [%s] do not exist in the template", strings.Join(unknown, ", ")),
		})
	}
	return c.found()
}

// templateOf is the text of a file that is a template. What cannot be read, the other files' reader tells.
func (c *checker) templateOf(f File) (text string, is bool) {
	if f.Err != nil || c.options.Operation != "" || len(f.Text) > maxYAMLBytes {
		return "", false
	}
	text = string(f.Text)
	return text, stacktemplate.Is(text)
}

var effects = map[stacktemplate.Effect]Effect{stacktemplate.Refused: Refused, stacktemplate.NoEffect: NoEffect, stacktemplate.Unchecked: Unchecked}

func findingOf(file string, f stacktemplate.Finding) Finding {
	return Finding{
		File: file, Line: f.Line, Resource: f.Resource, Member: f.Member, Effect: effects[f.Effect], Operation: f.Operation, Code: f.Code,
		Message: f.Text, Hint: f.Remedy,
	}
}

// stackOperations are those by which a stack makes resources of ECS, and the property that names each, if one does.
var stackOperations = map[string]struct{ operation, name, member string }{
	"AWS::ECS::TaskDefinition":                      {register, "Family", "family"},
	"AWS::ECS::Service":                             {"CreateService", "ServiceName", "serviceName"},
	"AWS::ECS::TaskSet":                             {operation: createTaskSet},
	"AWS::ECS::Cluster":                             {"CreateCluster", "ClusterName", "clusterName"},
	"AWS::ECS::CapacityProvider":                    {"CreateCapacityProvider", "Name", "name"},
	"AWS::ECS::ClusterCapacityProviderAssociations": {"PutClusterCapacityProviders", "Cluster", "cluster"},
}

// decisive are the properties without which nothing can be said of a resource: what they have decides what the others may have.
var decisive = map[string][]string{
	"AWS::ECS::TaskDefinition":                      {"ContainerDefinitions", "Cpu", "Memory", "NetworkMode", "RequiresCompatibilities", "Volumes"},
	"AWS::ECS::Service":                             {"CapacityProviderStrategy", "DeploymentConfiguration", "DeploymentController", "LaunchType", "LoadBalancers", "NetworkConfiguration", "SchedulingStrategy", "ServiceConnectConfiguration", "VolumeConfigurations"},
	"AWS::ECS::TaskSet":                             {"CapacityProviderStrategy", "LaunchType", "LoadBalancers", "NetworkConfiguration", "Scale", "Service"},
	"AWS::ECS::ClusterCapacityProviderAssociations": {"CapacityProviders", "DefaultCapacityProviderStrategy"},
	"AWS::ECS::CapacityProvider":                    {"AutoScalingGroupProvider"},
}

// stack makes requests of a stack's resources of ECS.
func (c *checker) stack(file string, stack *cfn.Stack, ignored []string) {
	s := standing{resources: map[string]*cfn.Resource{}}
	for _, r := range stack.Resources {
		s.resources[r.LogicalID] = r
	}
	for _, r := range stack.Resources {
		made, found := stackOperations[r.Type]
		if !found || slices.Contains(ignored, r.Type) || r.Properties.Kind != document.Map {
			continue
		}
		known, _ := schema.Find(r.Type)
		properties, err := cfn.Fill(known.Convert(r.Properties), s.value)
		if err != nil || slices.ContainsFunc(decisive[r.Type], func(name string) bool { return isOpen(properties.Get(name)) }) {
			continue
		}
		input := stackInput(properties, c.operations[made.operation].input, r.Type)
		if input.line = r.At.Line; made.member != "" && input.member(made.member) == nil {
			input.put(made.member, r.At.Line, &node{kind: text, line: r.At.Line, text: r.LogicalID, open: true})
		}
		if made.operation == "CreateService" && input.member("desiredCount") == nil && input.string("schedulingStrategy") != "DAEMON" {
			input.put("desiredCount", r.At.Line, &node{kind: literal, line: r.At.Line, text: "1"}) // as stacks do
		}
		c.requests = append(c.requests, &request{
			file: file, resource: r.LogicalID, ofTemplate: true, operation: made.operation, input: input, targetTypes: s.targetTypes(),
		})
	}
}

func isOpen(v *document.Value) bool { return v != nil && v.Kind == document.Call }
