package emulator

import (
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// metadataURL is where containers ask for metadata and credentials.
// Source: ECS developer guide, task metadata endpoint.
const metadataURL = "http://169.254.170.2"

// taskVariables are what the container agent tells a container by its environment. See
// agent.Options.Variables; what the definition may set itself, such as the region, is there.
// Source: amazon-ecs-agent.
func (s *Server) taskVariables(t *state.Task, container string) (variables []string, err error) {
	c := t.Status.Container(container)
	if c == nil || s.taskMetadata() == nil {
		return nil, nil
	}
	variable, err := s.credentialsVariable(t)
	if err != nil {
		return nil, err
	}
	if variable != "" {
		variables = append(variables, variable)
	}
	id, err := s.endpointID(t, c)
	if err != nil {
		return nil, err
	}
	return append(variables,
		"ECS_CONTAINER_METADATA_URI="+metadataURL+"/v3/"+id,
		"ECS_CONTAINER_METADATA_URI_V4="+metadataURL+"/v4/"+id,
		"ECS_AGENT_URI="+metadataURL+"/api/"+id,
	), nil
}

// endpointID is the id by which a container asks for its metadata: on Fargate its runtimeId, on a
// container instance a UUID, which the container agent draws. Here it follows from the container's
// row and a key of the store's, so that a restart changes nothing.
// Sources: ECS developer guide, task metadata endpoint version 4, for Fargate; amazon-ecs-agent.
func (s *Server) endpointID(t *state.Task, c *state.Container) (string, error) {
	if t.Placement.ContainerInstance == "" {
		return t.RuntimeID(c), nil
	}
	return s.sessions.EndpointID(t.ARN, c.ID)
}
