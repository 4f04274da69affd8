package plan

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// InCircle reports whether containers wait for each other in a circle, which then none would
// leave. Registration refuses one of dependsOn or of links alone, not one of several kinds.
// Source: amazon-ecs-agent, dependencygraph, which stops such a task.
func InCircle(definitions []types.ContainerDefinition) bool {
	waitsFor := map[string][]string{}
	for i := range definitions { // in which links are dependencies already
		name := aws.ToString(definitions[i].Name)
		for _, d := range definitions[i].DependsOn {
			waitsFor[name] = append(waitsFor[name], aws.ToString(d.ContainerName))
		}
		for _, from := range definitions[i].VolumesFrom {
			waitsFor[name] = append(waitsFor[name], aws.ToString(from.SourceContainer))
		}
	}
	// A container that waits for none that waits is taken out, until there is no such container.
	for progress := true; progress; {
		progress = false
		for name, others := range waitsFor {
			free := true
			for _, other := range others {
				free = free && waitsFor[other] == nil
			}
			if free {
				delete(waitsFor, name)
				progress = true
			}
		}
	}
	return len(waitsFor) > 0
}
