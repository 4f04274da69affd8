package plan

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// executionResources are what the containers of a task refer to, which is read with the
// execution role before the first of them is made: secrets, environment files, and logins of
// registries. Values are kept here alone, until the task has nothing more to do: a container that
// restarts has what it had, and one that is made later has what there is then.
// Source: ECS developer guide, sensitive data; recorded answers.
type executionResources struct {
	resourceState
	wanted      bool // a container refers to something
	taskNetwork bool // they are read over the task's network: on Fargate
	Read        bool
	Of          map[string]executionresource.Resources // by container
}

// SetResources says whether the task has any. Its volumes are known.
func (v *View) SetResources(taskNetwork bool) {
	v.Resources.wanted = slices.ContainsFunc(v.Definitions, func(d types.ContainerDefinition) bool { return executionresource.Refers(&d) })
	if v.Resources.wanted {
		v.Resources.taskNetwork = taskNetwork
	}
}

// planResources asks for what a container is still to be created with.
func (v *View) planResources(add func(verb Verb, on Resource, why string)) {
	r := &v.Resources
	if !r.wanted || r.Read || r.taskNetwork && v.Sandbox != SandboxRunning {
		return
	}
	for i := range v.Definitions {
		phase := v.Status.Containers[i].Phase
		if (phase == state.ContainerNone || phase == state.ContainerPulled) && executionresource.Refers(&v.Definitions[i]) {
			add(ReadResources, Resources, "")
			return
		}
	}
}

// hasResources reports whether what a container refers to has been read. On Fargate no
// container is made before all of it has been.
func (v *View) hasResources(container int) bool {
	r := &v.Resources
	if !r.wanted || r.Read {
		return true
	}
	if !r.taskNetwork {
		return !executionresource.Refers(&v.Definitions[container])
	}
	return !slices.ContainsFunc(v.Definitions, func(d types.ContainerDefinition) bool {
		c := v.Container(aws.ToString(d.Name))
		return executionresource.Refers(&d) && (c.Phase == state.ContainerNone || c.Phase == state.ContainerPulled)
	})
}

// readingResources reports whether they are being read.
func (v *View) readingResources() bool { return v.Resources.wanted && v.State(Resources).Busy }

// lacksAuth reports whether the login for a container's image is still to be read.
func (v *View) lacksAuth(container int) bool {
	return v.Definitions[container].RepositoryCredentials != nil && !v.Resources.Read
}

// WithResources is a definition with what the container refers to.
func (v *View) WithResources(d *types.ContainerDefinition) *types.ContainerDefinition {
	if r, found := v.Resources.Of[aws.ToString(d.Name)]; found {
		return r.With(d)
	}
	return d
}

// LeftOut stands for the engine's words where it is not known which values they may have.
const LeftOut = "what the engine says is left out, as it may have a value that the task refers to"

// Scrub has stars for the values that were read for the task. Of a container that a former runner has
// made, before it had nothing more to do or the emulator was started again, the values are not
// known any more, so nothing is told but the kind of the error. The lock is held.
func (v *View) Scrub(text string) string {
	for i := range v.Definitions {
		if executionresource.Refers(&v.Definitions[i]) && v.Status.Containers[i].EngineID != "" && !v.State(Container(i)).Ours {
			kind, _, found := strings.Cut(text, "Error: ")
			if found && !strings.ContainsAny(kind, " :") {
				return kind + "Error: " + LeftOut
			}
			return LeftOut
		}
	}
	return executionresource.Scrub(v.Resources.Of, text)
}
