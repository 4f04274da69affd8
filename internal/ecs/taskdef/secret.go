package taskdef

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxEnvironmentFiles per container. Source: ECS API reference, ContainerDefinition.
const maxEnvironmentFiles = 10

// maxParameterName is the length of a parameter's name, as ECS0305 tells it.
const maxParameterName = 2048

// checkSecrets: secrets need an execution role to be read with, and names of their
// own in the container's environment.
func checkSecrets(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		var logSecrets []types.Secret
		if c.LogConfiguration != nil {
			logSecrets = c.LogConfiguration.SecretOptions
		}
		// That the message holds for log secrets as well is an analogy.
		if len(c.Secrets)+len(logSecrets) > 0 && def.ExecutionRoleArn == nil {
			return refuse("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
		}
		if err := checkSecretList(c.Secrets); err != nil {
			return err
		}
		if err := checkSecretList(logSecrets); err != nil {
			return err
		}
		for j := range c.Environment {
			if name := value(c.Environment[j].Name); secretNamed(c.Secrets, name) {
				return refuse("The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '%s'.", name)
			}
		}
	}
	return nil
}

func checkSecretList(secrets []types.Secret) error {
	for i := range secrets {
		name := value(secrets[i].Name)
		if name == "" {
			// By analogy with container names; no source.
			return refuse("Secret.name should not be null or empty.")
		}
		if value(secrets[i].ValueFrom) == "" {
			// By analogy with container names; no source.
			return refuse("Secret.valueFrom should not be null or empty.")
		}
		if !isARN(*secrets[i].ValueFrom) && !validParameterName(*secrets[i].ValueFrom) { // ECS0305
			return refuse("The Systems Manager parameter name specified for secret %s is invalid. The parameter name can be up to %d characters and include the following letters and symbols: a-zA-Z0-9_.-",
				name, maxParameterName)
		}
		if secretNamed(secrets[:i], name) {
			return refuse("Duplicate secret names found: %s. Each secret name must be unique.", name)
		}
	}
	return nil
}

// validParameterName: a name may be a path, though the message does not say so.
func validParameterName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isLetterOrDigit(s[i]) && strings.IndexByte("_.-/", s[i]) < 0 {
			return false
		}
	}
	return len(s) <= maxParameterName
}

func secretNamed(secrets []types.Secret, name string) bool {
	for i := range secrets {
		if value(secrets[i].Name) == name {
			return true
		}
	}
	return false
}

// isSecretsManagerSecret tells a Secrets Manager secret from a parameter of the SSM
// Parameter Store, which may also be given by its bare name.
func isSecretsManagerSecret(s *types.Secret) bool {
	from := value(s.ValueFrom)
	return strings.HasPrefix(from, "arn:") && strings.Contains(from, ":secretsmanager:")
}

func checkEnvironmentFiles(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		if err := checkEnvironmentFileList(def.ContainerDefinitions[i].EnvironmentFiles, refuse); err != nil {
			return err
		}
	}
	return nil
}

// checkEnvironmentFileList checks files of a definition or an override; fail makes
// the errors.
func checkEnvironmentFileList(files []types.EnvironmentFile, fail func(string, ...any) error) error {
	if len(files) > maxEnvironmentFiles {
		return fail("The maximum number of environment files was exceeded. Specify ten or less and try again.")
	}
	for i := range files {
		if !isARN(value(files[i].Value)) {
			return fail("Invalid arn syntax.")
		}
		if files[i].Type != types.EnvironmentFileTypeS3 {
			// By analogy with other enumerations; no source.
			return fail("type should be one of [%s]", types.EnvironmentFileTypeS3)
		}
	}
	return nil
}

// isARN tells whether s has the six parts of an ARN.
func isARN(s string) bool {
	return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") >= 5
}
