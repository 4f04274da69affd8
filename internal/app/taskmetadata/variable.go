package taskmetadata

import "github.com/ecs-emulator/ecs-emulator/internal/ecs/state"

// address is where containers ask for metadata and credentials.
// Source: ECS developer guide, task metadata endpoint.
const address = "http://169.254.170.2"

// Variables are what the container agent tells a container by its environment; see
// agent.Options.Variables. What the definition may set itself, such as the region, is there.
// Source: amazon-ecs-agent.
func (e *Endpoint) Variables(t *state.Task, container string) (variables []string, err error) {
	c := t.Status.Container(container)
	if c == nil {
		return nil, nil
	}
	variable, err := e.Credentials.Variable(t)
	if err != nil {
		return nil, err
	}
	if variable != "" {
		variables = append(variables, variable)
	}
	id, err := e.id(t, c)
	if err != nil {
		return nil, err
	}
	return append(variables,
		"ECS_CONTAINER_METADATA_URI="+address+"/v3/"+id,
		"ECS_CONTAINER_METADATA_URI_V4="+address+"/v4/"+id,
		"ECS_AGENT_URI="+address+"/api/"+id,
	), nil
}

// id is the id by which a container asks for its metadata: on Fargate its runtimeId, on a
// container instance a UUID, which the container agent draws. Here it follows from the container's
// row and a key of the store's, so that a restart changes nothing.
// Sources: ECS developer guide, task metadata endpoint version 4, for Fargate; amazon-ecs-agent.
func (e *Endpoint) id(t *state.Task, c *state.Container) (string, error) {
	if t.OnFargate() {
		return t.RuntimeID(c), nil
	}
	return e.Credentials.Sessions.EndpointID(t.ARN, c.ID)
}
