package agent

import (
	"slices"

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
	read        bool
	of          map[string]executionresource.Resources // by container
}

// setResources says whether the task has any. Its volumes are known.
func (v *view) setResources(taskNetwork bool) {
	if v.resources.wanted = slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool { return executionresource.Refers(&d) }); v.resources.wanted {
		v.resources.taskNetwork = taskNetwork
	}
}

// planResources asks for what a container is still to be created with.
func (v *view) planResources(add func(verb verb, on resource, why string)) {
	r := &v.resources
	if !r.wanted || r.read || r.taskNetwork && v.sandbox != sandboxRunning {
		return
	}
	for i := range v.definitions {
		phase := v.status.Containers[i].Phase
		if (phase == state.ContainerNone || phase == state.ContainerPulled) && executionresource.Refers(&v.definitions[i]) {
			add(readResources, theResources, "")
			return
		}
	}
}

// hasResources reports whether what a container refers to has been read. On Fargate no
// container is made before all of it has been.
func (v *view) hasResources(container int) bool {
	r := &v.resources
	if !r.wanted || r.read {
		return true
	}
	if !r.taskNetwork {
		return !executionresource.Refers(&v.definitions[container])
	}
	return !slices.ContainsFunc(v.definitions, func(d types.ContainerDefinition) bool {
		c := v.container(aws.ToString(d.Name))
		return executionresource.Refers(&d) && (c.Phase == state.ContainerNone || c.Phase == state.ContainerPulled)
	})
}

// readingResources reports whether they are being read.
func (v *view) readingResources() bool { return v.resources.wanted && v.state(theResources).busy }

// lacksAuth reports whether the login for a container's image is still to be read.
func (v *view) lacksAuth(container int) bool {
	return v.definitions[container].RepositoryCredentials != nil && !v.resources.read
}

// withResources is a definition with what the container refers to.
func (v *view) withResources(d *types.ContainerDefinition) *types.ContainerDefinition {
	if r, found := v.resources.of[aws.ToString(d.Name)]; found {
		return r.With(d)
	}
	return d
}
