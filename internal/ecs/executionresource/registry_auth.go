package executionresource

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// registryAuth is the login with which a container's image is pulled: a secret of Secrets Manager,
// by its ARN or, in the task's region, by its name. Without any the engine has the user's own.
// Source: ECS developer guide, private registry authentication; amazon-ecs-agent for the errors.
func (r *reading) registryAuth(ctx context.Context, d *types.ContainerDefinition) (*backend.RegistryAuth, error) {
	if d.RepositoryCredentials == nil {
		return nil, nil
	}
	of := secretReference{region: r.task.Scope().Region, secret: aws.ToString(d.RepositoryCredentials.CredentialsParameter)}
	if parts := strings.Split(of.secret, ":"); len(parts) > 3 && parts[0] == "arn" {
		of.region = parts[3]
	}
	content, err := r.secret(ctx, of)
	if err != nil {
		return nil, registryAuthFailed(of, "asm fetching secret from the service for "+of.secret, err)
	}
	auth, err := parseRegistryAuth(content)
	if err != nil {
		return nil, registryAuthFailed(of, err.Error(), nil)
	}
	return auth, nil
}

func parseRegistryAuth(content Value) (*backend.RegistryAuth, error) {
	if content.Text == "" {
		return nil, errors.New("asm fetching authorization data: empty secrets value")
	}
	var auth struct{ Username, Password string }
	switch {
	case json.Unmarshal([]byte(content.Text), &auth) != nil:
		return nil, errors.New("asm fetching authorization data: unable to unmarshal secret value, invalid schema")
	case auth.Username == "":
		return nil, errors.New("asm fetching username: AuthorizationData is malformed, empty field")
	case auth.Password == "":
		return nil, errors.New("asm fetching password: AuthorizationData is malformed, empty field")
	}
	return &backend.RegistryAuth{Username: auth.Username, Password: auth.Password}, nil
}
