package emulator

import (
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// metadataURL is where containers ask for metadata and credentials.
// Source: ECS developer guide, task metadata endpoint.
const metadataURL = "http://169.254.170.2"

// taskVariables are what the container agent tells a container by its environment. See
// agent.Options.Variables; what the definition may set itself, such as the region, is there.
// Source: amazon-ecs-agent.
func (s *Server) taskVariables(t *state.Task, container string) (variables []string) {
	c := t.Status.Container(container)
	if c == nil || s.taskMetadata() == nil {
		return nil
	}
	if variable, has := s.credentialsVariable(t); has {
		variables = append(variables, variable)
	}
	id := t.EndpointID(c)
	return append(variables,
		"ECS_CONTAINER_METADATA_URI="+metadataURL+"/v3/"+id,
		"ECS_CONTAINER_METADATA_URI_V4="+metadataURL+"/v4/"+id,
		"ECS_AGENT_URI="+metadataURL+"/api/"+id,
	)
}
