package executionresource

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// reading is the reading of a task's resources: each parameter and each version of a secret
// once, however many containers refer to it.
type reading struct {
	source     Source
	task       *state.Task
	parameters map[string]map[string]string // values by region and name
	secrets    map[secretReference]Value
}

// Read reads all that containers refer to, by the name of the container. For errors see [Failure].
func Read(ctx context.Context, source Source, t *state.Task, definitions []types.ContainerDefinition) (map[string]Resources, error) {
	if source == nil {
		return nil, errors.New("read secrets and environment files: the agent has no source of them")
	}
	r := &reading{source: source, task: t, secrets: map[secretReference]Value{}}
	if err := r.readParameters(ctx, definitions); err != nil {
		return nil, err
	}
	all := map[string]Resources{}
	for i := range definitions {
		d := &definitions[i]
		if !Refers(d) {
			continue
		}
		c := Resources{image: aws.ToString(d.Image)}
		var err error
		if c.Registry, err = r.registryAuth(ctx, d); err != nil {
			return nil, err
		}
		err = r.values(ctx, d.Secrets, func(name, value string) {
			c.Secrets = append(c.Secrets, types.KeyValuePair{Name: &name, Value: &value})
		})
		if err != nil {
			return nil, err
		}
		c.LogOptions = map[string]string{}
		if err := r.values(ctx, secretOptions(d), func(name, value string) { c.LogOptions[name] = value }); err != nil {
			return nil, err
		}
		if c.Files, err = r.files(ctx, d.EnvironmentFiles); err != nil {
			return nil, err
		}
		if c.RouterFile, err = r.routerFile(ctx, d); err != nil {
			return nil, err
		}
		all[aws.ToString(d.Name)] = c
	}
	return all, nil
}

// readParameters reads all parameters, region by region.
func (r *reading) readParameters(ctx context.Context, definitions []types.ContainerDefinition) error {
	asked := map[string][]string{}
	names := map[string]string{}
	for i := range definitions {
		for _, s := range slices.Concat(definitions[i].Secrets, secretOptions(&definitions[i])) {
			of, err := parseSecret(aws.ToString(s.ValueFrom), r.task.Scope())
			if err == nil && of.secret == "" && !slices.Contains(asked[of.region], of.parameter) {
				asked[of.region], names[of.parameter] = append(asked[of.region], of.parameter), of.name
			}
		}
	}
	r.parameters = map[string]map[string]string{}
	for _, region := range slices.Sorted(maps.Keys(asked)) {
		values, invalid, err := r.source.Parameters(ctx, r.task, region, asked[region])
		if err != nil {
			return parametersFailed(region, asked[region], err)
		}
		if len(invalid) > 0 {
			for i := range invalid {
				invalid[i] = cmp.Or(names[invalid[i]], invalid[i])
			}
			return parametersInvalid(region, invalid)
		}
		r.parameters[region] = values
	}
	return nil
}

// values hands over the values of secrets.
func (r *reading) values(ctx context.Context, secrets []types.Secret, take func(name, value string)) error {
	for _, s := range secrets {
		value, err := r.value(ctx, aws.ToString(s.ValueFrom), r.task.Scope())
		if err != nil {
			return err
		}
		take(aws.ToString(s.Name), value)
	}
	return nil
}

func (r *reading) value(ctx context.Context, valueFrom string, scope arn.Scope) (string, error) {
	of, err := parseSecret(valueFrom, scope)
	if err != nil {
		return "", secretUnusable(of, "trying to retrieve secret with value "+valueFrom+" from ASM: "+err.Error())
	}
	if of.secret == "" {
		return r.parameters[of.region][of.parameter], nil
	}
	content, err := r.secret(ctx, of)
	if err != nil {
		return "", secretFailed(of, err)
	}
	return of.part(content)
}

func (r *reading) secret(ctx context.Context, of secretReference) (content Value, err error) {
	of.key = ""
	content, known := r.secrets[of]
	if known {
		return content, nil
	}
	if content, err = r.source.Secret(ctx, r.task, of.region, of.secret, of.version, of.stage); err == nil {
		r.secrets[of] = content
	}
	return content, err
}

// part is what a reference means of a secret. What is no text, such as the port of a database,
// is as Go prints it: so the container agent does, and Fargate, whose refusals are the agent's
// words, was not seen refusing it. Only texts can be in an environment, and the words for a
// secret that is binary are the emulator's own. Which JSON there is instead, the words do not tell: AWS
// names the first character.
// Source: ECS developer guide, secrets from Secrets Manager; amazon-ecs-agent.
func (of secretReference) part(content Value) (string, error) {
	if content.Binary {
		return "", secretUnusable(of, "secret "+of.secret+" is binary, and only text can be in an environment")
	}
	if of.key == "" {
		return content.Text, nil
	}
	var members map[string]any
	if json.Unmarshal([]byte(content.Text), &members) != nil {
		return "", secretUnusable(of, "secret "+of.secret+" is no JSON object")
	}
	value, found := members[of.key]
	if !found {
		return "", secretUnusable(of, "retrieved secret from Secrets Manager did not contain json key "+of.key)
	}
	return fmt.Sprint(value), nil
}

// routerFile reads the configuration of a log router that is in Amazon S3.
func (r *reading) routerFile(ctx context.Context, d *types.ContainerDefinition) ([]byte, error) {
	object := taskdef.RouterObject(d.FirelensConfiguration)
	if object == "" {
		return nil, nil
	}
	bucket, key := bucketAndKey(object)
	content, err := r.source.Object(ctx, r.task, bucket, key)
	if err != nil {
		return nil, routerFileFailed(bucket, key, err)
	}
	return content, nil
}

// files reads environment files; the first that has a name decides.
func (r *reading) files(ctx context.Context, files []types.EnvironmentFile) (variables []types.KeyValuePair, err error) {
	for _, f := range files {
		bucket, key := bucketAndKey(aws.ToString(f.Value))
		if !strings.HasSuffix(key, ".env") {
			// Source of the rule: ECS developer guide, environment files; the words are the
			// emulator's own.
			return nil, fileFailed(bucket, key, fmt.Errorf("the name of an environment file ends in .env, and %s does not", key))
		}
		content, err := r.source.Object(ctx, r.task, bucket, key)
		if err != nil {
			return nil, fileFailed(bucket, key, err)
		}
		variables = over(variables, lastOfEach(parseEnvironmentFile(content)))
	}
	return variables, nil
}
