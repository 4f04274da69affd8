package ssm

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// found is a version of a parameter, with the names that its answer has.
type found struct {
	arn, name string
	version   *ssm.Version
}

// foundLatest is the newest version of a parameter.
func foundLatest(tx *store.Tx, p *ssm.Parameter) found {
	return found{p.ARN(), p.Name, ssm.LatestVersion(tx, p)}
}

// GetParameter answers a version of a parameter: the newest, or the one that the name ends
// in.
func (a *API) GetParameter(ctx context.Context, in *sdk.GetParameterInput) (*sdk.GetParameterOutput, error) {
	p, err := a.get(ctx, a.read(), *in.Name, aws.ToBool(in.WithDecryption))
	if err != nil {
		return nil, err
	}
	return &sdk.GetParameterOutput{Parameter: p}, nil
}

// get answers what a name or ARN means.
func (a *API) get(ctx context.Context, tx *store.Tx, text string, decrypt bool) (*types.Parameter, error) {
	r, err := parseReference(awsapi.CallScope(ctx), text)
	if err != nil {
		return nil, err
	}
	if r.secret() {
		return secretValue(ctx, tx, r, decrypt)
	}
	f, err := find(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	p, err := describeValue(tx, f, decrypt)
	if err != nil {
		return nil, err
	}
	p.Selector = r.echo()
	return p, nil
}

// find returns the version that is meant.
func find(ctx context.Context, tx *store.Tx, r reference) (found, error) {
	if r.foreign {
		return found{}, notFound()
	}
	number, err := strconv.ParseUint(r.selector, 10, 63)
	numbered := err == nil
	if f, is := public(ctx, r.name); is {
		if r.selector != "" && number != 1 {
			return found{}, noVersion(r.name, r.selector, numbered)
		}
		return f, nil
	}
	p := ssm.FindParameter(tx, awsapi.CallScope(ctx), r.name)
	if p == nil {
		return found{}, notFound()
	}
	f := found{arn: p.ARN(), name: r.name}
	if r.isARN {
		f.name = p.Name
	}
	switch {
	case r.selector == "":
		f.version = ssm.LatestVersion(tx, p)
	case numbered:
		f.version = ssm.FindVersion(tx, p, int64(number))
	default:
		f.version = ssm.LabelledVersion(tx, p, r.selector)
	}
	if f.version == nil {
		return found{}, noVersion(f.name, r.selector, numbered)
	}
	return f, nil
}

func describeValue(tx *store.Tx, f found, decrypt bool) (*types.Parameter, error) {
	value, err := valueText(tx, f.version, decrypt)
	if err != nil {
		return nil, err
	}
	v := f.version
	return &types.Parameter{
		ARN: &f.arn, Name: &f.name, Type: v.Type, DataType: &v.DataType, Value: &value, Version: v.Number, LastModifiedDate: &v.ModifiedAt,
	}, nil
}

// valueText is the value as it is asked for: of a SecureString the ciphertext, or what is in it.
func valueText(tx *store.Tx, v *ssm.Version, decrypt bool) (string, error) {
	if v.Type != types.ParameterTypeSecureString || !decrypt {
		return v.Value, nil
	}
	key := ssm.FindKey(tx, v.Scope)
	if key == nil {
		return "", errors.New("there is no key for the SecureStrings of " + v.Scope.Account + " in " + v.Scope.Region)
	}
	return key.Open(v.Value, ssm.ARN(v.Scope, v.Name))
}

// GetParameters answers parameters by name, each once, and names those that do not exist
// (SSM0001, SSM0003).
func (a *API) GetParameters(ctx context.Context, in *sdk.GetParametersInput) (*sdk.GetParametersOutput, error) {
	out := &sdk.GetParametersOutput{Parameters: []types.Parameter{}, InvalidParameters: []string{}}
	tx := a.read()
	for i, name := range in.Names {
		if slices.Contains(in.Names[:i], name) {
			continue
		}
		p, err := a.get(ctx, tx, name, aws.ToBool(in.WithDecryption))
		switch {
		case err == nil:
			out.Parameters = append(out.Parameters, *p)
		case isRefusal(err):
			out.InvalidParameters = append(out.InvalidParameters, name)
		default:
			return nil, err
		}
	}
	slices.Sort(out.InvalidParameters)
	sorting.By(out.Parameters, func(a, b types.Parameter) int {
		if by := strings.Compare(*a.Name, *b.Name); by != 0 {
			return by
		}
		return last(a) - last(b)
	})
	return out, nil
}

// last puts what is asked for without a version behind what is asked for with one.
func last(p types.Parameter) int {
	if p.Selector == nil {
		return 1
	}
	return 0
}

// isRefusal reports whether an error is an answer, and not something that went wrong here.
func isRefusal(err error) bool {
	var missing *types.ParameterNotFound
	var other *awsapi.Error
	return errors.As(err, &missing) || errors.As(err, &other)
}
