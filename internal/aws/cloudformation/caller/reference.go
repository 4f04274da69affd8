package caller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/dynamicreference"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	ssmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// Resolve puts what dynamic references stand for into properties, for the request that makes a resource alone: rows, events, logs
// and change sets keep the references. It reads each value once. The error is a *[handler.Failure] or one of the calls, and has
// no value in it; the properties are as they were then.
func (c *Caller) Resolve(ctx context.Context, a Actor, properties *document.Value) (*document.Value, error) {
	return c.resolve(properties, func(r dynamicreference.Reference) (string, error) { return c.look(ctx, a, r) })
}

// ResolveForDelete is Resolve for a delete, which may need names, such as those that parameters have, and no secrets: it reads none.
func (c *Caller) ResolveForDelete(ctx context.Context, a Actor, properties *document.Value) (*document.Value, error) {
	return c.resolve(properties, func(r dynamicreference.Reference) (string, error) {
		if r.Service != "ssm" {
			return "", nil
		}
		return c.look(ctx, a, r)
	})
}

func (c *Caller) resolve(properties *document.Value, look func(dynamicreference.Reference) (string, error)) (*document.Value, error) {
	if properties == nil || !refers(properties) {
		return properties, nil
	}
	known := map[dynamicreference.Reference]dynamicreference.Secret{}
	resolved, err := dynamicreference.Replace(properties, func(r dynamicreference.Reference) (dynamicreference.Secret, error) {
		if value, has := known[r]; has {
			return value, nil
		}
		text, err := look(r)
		if err != nil {
			return dynamicreference.Secret{}, err
		}
		known[r] = dynamicreference.NewSecret(text)
		return known[r], nil
	})
	if err != nil {
		return properties, err
	}
	return resolved, nil
}

// refers reports whether a value has a dynamic reference, as most have none.
func refers(v *document.Value) bool {
	if v.Kind == document.Text {
		return strings.Contains(v.Text, "{{resolve:")
	}
	return slices.ContainsFunc(v.Items, refers) ||
		slices.ContainsFunc(v.Members, func(m document.Member) bool { return refers(m.Value) })
}

// look reads what a reference stands for. Source: user guide, dynamic references.
func (c *Caller) look(ctx context.Context, a Actor, r dynamicreference.Reference) (string, error) {
	if r.Service == "secretsmanager" {
		return c.secret(ctx, a, r)
	}
	name := r.Name
	if r.Version != "" {
		name += ":" + r.Version
	}
	found, err := c.parameter(ctx, a, name, r.Service == "ssm-secure")
	if err != nil {
		return "", err
	}
	if found.Type == ssmtypes.ParameterTypeSecureString && r.Service == "ssm" { // the text is a guess
		return "", handler.Failed(handler.InvalidRequest, "The parameter %s is a SecureString, which {{resolve:ssm-secure}} reads.", r.Name)
	}
	return aws.ToString(found.Value), nil
}

// parameter reads a parameter of SSM, by its name and perhaps its version.
func (c *Caller) parameter(ctx context.Context, a Actor, name string, decrypt bool) (*ssmtypes.Parameter, error) {
	var out ssm.GetParameterOutput
	if err := c.do(ctx, a, apiclient.Of("ssm", "GetParameter"), &ssm.GetParameterInput{Name: &name, WithDecryption: &decrypt}, &out); err != nil {
		return nil, err
	}
	if out.Parameter == nil {
		return nil, fmt.Errorf("read the parameter %s: %w", name, apiclient.ErrUnreadable)
	}
	return out.Parameter, nil
}

// secret reads a secret, or one value of its JSON. The texts are from public reports.
func (c *Caller) secret(ctx context.Context, a Actor, r dynamicreference.Reference) (string, error) {
	in := &secretsmanager.GetSecretValueInput{SecretId: &r.Name}
	if r.Stage != "" {
		in.VersionStage = &r.Stage
	}
	if r.Version != "" {
		in.VersionId = &r.Version
	}
	var out secretsmanager.GetSecretValueOutput
	if err := c.do(ctx, a, apiclient.Of("secretsmanager", "GetSecretValue"), in, &out); err != nil {
		return "", err
	}
	switch {
	case out.SecretString == nil: // the text is a guess
		return "", handler.Failed(handler.InvalidRequest, "The secret %s has no SecretString", r.Name)
	case r.Key == "":
		return *out.SecretString, nil
	}
	var values map[string]json.RawMessage
	if json.Unmarshal([]byte(*out.SecretString), &values) != nil {
		return "", handler.Failed(handler.InvalidRequest, "Could not parse SecretString JSON")
	}
	value, has := values[r.Key]
	if !has {
		return "", handler.Failed(handler.InvalidRequest, "Could not find a value associated with JSONKey in SecretString")
	}
	var text string
	if json.Unmarshal(value, &text) != nil { // a number, or what else JSON has
		text = string(value)
	}
	return text, nil
}

// isRefused reports whether a call is refused with one of some codes, or one that ends with them.
func isRefused(err error, codes ...string) bool {
	var refused *apiclient.Error
	if !errors.As(err, &refused) {
		return false
	}
	for _, code := range codes {
		if strings.HasSuffix(refused.Code, code) {
			return true
		}
	}
	return false
}
