package check

import (
	"cmp"
	"reflect"
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk"
)

// standing knows what stands for the resources of a stack before they are made.
type standing struct{ resources map[string]*cfn.Resource }

// targetGroup is the type of which a service has to know more than a name.
const targetGroup = "AWS::ElasticLoadBalancingV2::TargetGroup"

// value is what stands for a Ref or Fn::GetAtt: the name of a resource of ECS, by which the files' requests find each other, and the
// ARN of a target group. Others stay open.
func (s standing) value(d document.Reference) (*document.Value, error) {
	r := s.resources[d.Resource]
	if r == nil {
		return nil, nil
	}
	if r.Type == targetGroup && (d.Attribute == "" || d.Attribute == "TargetGroupArn") {
		return document.NewText(targetGroupARN(r.LogicalID)), nil
	}
	made, found := stackOperations[r.Type]
	if !found || d.Attribute != "" && !strings.HasSuffix(d.Attribute, "Arn") {
		return nil, nil
	}
	return document.NewText(cmp.Or(r.Properties.TextOf(made.name), r.LogicalID)), nil
}

func targetGroupARN(logicalID string) string {
	return "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/" + logicalID + "/1"
}

func (s standing) targetTypes() map[string]elb.TargetTypeEnum {
	types := map[string]elb.TargetTypeEnum{}
	for _, r := range s.resources {
		if targetType := r.Properties.TextOf("TargetType"); r.Type == targetGroup && targetType != "" {
			types[targetGroupARN(r.LogicalID)] = elb.TargetTypeEnum(targetType)
		}
	}
	return types
}

// renamedProperties are those that ECS calls otherwise, by their paths, empty for what a create does not have. Others have the same
// name, in any case of letters.
var renamedProperties = map[string]map[string]string{
	"AWS::ECS::Cluster":        {"ClusterSettings": "settings"},
	"AWS::ECS::Service":        {"PlacementStrategies": "placementStrategy", "ForceNewDeployment": "", "ServiceConnectConfiguration.ContainerConfigurations": ""},
	"AWS::ECS::TaskDefinition": {"ProxyConfiguration.ProxyConfigurationProperties": "properties"},
}

// stackInput is the input of the operation that makes a resource. What nothing stands for is open.
func stackInput(properties *document.Value, t reflect.Type, resourceType string) *node {
	return propertyConverter(renamedProperties[resourceType]).structure("", properties, t)
}

type propertyConverter map[string]string

func (p propertyConverter) structure(path string, v *document.Value, t reflect.Type) *node {
	n := &node{line: v.At.Line}
	for _, m := range v.Members {
		at := strings.TrimPrefix(path+"."+m.Name, ".")
		wanted, renamed := p[at]
		if !renamed {
			wanted = m.Name
		}
		for name, member := range membersOf(t) {
			if strings.EqualFold(name, wanted) {
				if value := p.value(at, name, m.Value, member); value != nil {
					n.put(name, m.At.Line, value)
				}
			}
		}
	}
	return n
}

func (p propertyConverter) value(path, name string, v *document.Value, t reflect.Type) *node {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case v.Kind == document.Call || strings.Contains(v.Text, "{{resolve:"):
		return openProperty(name, v, t)
	case v.Scalar():
		kind := text
		if v.Kind != document.Text {
			kind = literal
		}
		return &node{kind: kind, line: v.At.Line, text: v.Text}
	case v.Kind == document.List && t.Kind() == reflect.Slice && t != reflect.TypeFor[sdk.Document]():
		n := &node{kind: list, line: v.At.Line}
		for _, item := range v.Items {
			if one := p.value(path, name, item, t.Elem()); one != nil {
				n.items = append(n.items, one)
			}
		}
		return n
	case v.Kind == document.Map && t.Kind() == reflect.Struct:
		return p.structure(path, v, t)
	case v.Kind == document.Map && t.Kind() == reflect.Map:
		n := &node{line: v.At.Line}
		for _, m := range v.Members {
			if value := p.value(path, m.Name, m.Value, t.Elem()); value != nil {
				n.put(m.Name, m.At.Line, value)
			}
		}
		return n
	}
	return nil // which the schema tells
}

// openProperty stands in for what is not known before a stack is made, nil where nothing can.
func openProperty(name string, v *document.Value, t reflect.Type) *node {
	var snake strings.Builder
	for _, r := range name {
		if 'A' <= r && r <= 'Z' {
			snake.WriteByte('_')
		}
		snake.WriteString(strings.ToLower(string(r)))
	}
	n := (*node)(nil)
	if t.Kind() != reflect.Struct {
		n = standIn(snake.String(), &node{kind: literal, text: "true"}, t)
	}
	if n == nil && t.Kind() == reflect.String {
		n = &node{kind: text, text: "unknown"}
	}
	if n != nil {
		n.open, n.line = true, v.At.Line
		for _, item := range n.items {
			item.line = v.At.Line
		}
	}
	return n
}
