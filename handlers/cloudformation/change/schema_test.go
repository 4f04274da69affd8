package change_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation/change"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/schema"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// schemas is AWS's own table.
type schemas struct{}

func (schemas) Taggable(name string) bool {
	t, found := schema.Find(name)
	return found && t.Taggable()
}

func (schemas) Changes(name string, before, after *document.Value) (list []change.Property) {
	t, found := schema.Find(name)
	if !found {
		return nil
	}
	for _, c := range t.Changes(before, after) {
		list = append(list, change.Property{Name: c.Property, Before: c.Before, After: c.After, Recreation: string(c.Recreation)})
	}
	return list
}

// A new image is a new revision, to which the service goes; a number that is written as a text is none (CFN-28, CFN-113).
func TestChangesOfAService(t *testing.T) {
	t.Parallel()
	const text = `
Parameters: {Image: {Type: String}}
Resources:
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties: {Cpu: CPU, Family: web, ContainerDefinitions: [{Name: web, Image: !Ref Image, PortMappings: [{ContainerPort: PORT}]}]}
  Service:
    Type: AWS::ECS::Service
    Properties: {TaskDefinition: !Ref Definition, DesiredCount: COUNT, Cluster: !Ref Cluster}
  Cluster: {Type: AWS::ECS::Cluster}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {Dimensions: [{Name: ServiceName, Value: !GetAtt Service.Name}], ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1}
`
	written := func(cpu, port, count string) string {
		return strings.NewReplacer("CPU", cpu, "PORT", port, "COUNT", count).Replace(text)
	}
	before := resolve(t, written("256", "80", "1"), "Image", "a")
	for _, c := range []struct {
		template, image string
		want            []string
	}{
		{written(`"256"`, `"80"`, `"1"`), "a", nil},
		{written("256", "80", "2"), "a", []string{
			"Modify Alarm False; Properties Dimensions Never Dynamic ResourceAttribute Service.Name without values",
			"Modify Service False; Properties DesiredCount Never Static DirectModification",
		}},
		{written("256", "80", "1"), "b", []string{
			"Modify Alarm False; Properties Dimensions Never Dynamic ResourceAttribute Service.Name without values",
			"Modify Definition True ReplaceAndDelete; Properties ContainerDefinitions Always Dynamic DirectModification; Properties ContainerDefinitions Always Static ParameterReference Image",
			"Modify Service False; Properties TaskDefinition Never Dynamic DirectModification; Properties TaskDefinition Never Static ResourceReference Definition",
		}},
	} {
		after := resolve(t, c.template, "Image", c.image)
		found := change.Find(change.Input{Before: before, After: after, Stored: made(t, before), Parameters: parameters(before), Types: schemas{}})
		equal(t, lines(found), c.want)
	}
}
