package ssm

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxLabels is how many labels a version has, and a request names. Source: Systems Manager
// user guide, parameter labels.
const maxLabels = 10

var label = lazyregexp.New(`^[a-zA-Z_.-][a-zA-Z0-9_.-]*$`)

// validLabel reports whether a version can have a label (SSM0004).
func validLabel(s string) bool {
	small := strings.ToLower(s)
	return label.MatchString(s) && !strings.HasPrefix(small, "aws") && !strings.HasPrefix(small, "ssm")
}

// LabelParameterVersion gives labels to a version, the newest if none is named. A label
// leaves the version that had it; those that cannot be are named, and the others count
// (SSM0004).
func (a *API) LabelParameterVersion(ctx context.Context, in *sdk.LabelParameterVersionInput) (*sdk.LabelParameterVersionOutput, error) {
	var valid, wrong []string
	for _, l := range in.Labels {
		if validLabel(l) {
			valid = append(valid, l)
		} else {
			wrong = append(wrong, l)
		}
	}
	out := &sdk.LabelParameterVersionOutput{InvalidLabels: append([]string{}, hashorder.Sort(wrong)...)}
	err := a.update(func(tx *store.Tx) error {
		p, version, err := numbered(ctx, tx, *in.Name, in.ParameterVersion)
		if err != nil {
			return err
		}
		out.ParameterVersion = version.Number
		return attach(tx, p, version, valid)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// numbered returns a version of a parameter by its number, the newest if none is given.
func numbered(ctx context.Context, tx *store.Tx, name string, number *int64) (*ssm.Parameter, *ssm.Version, error) {
	p, err := own(ctx, tx, name)
	if err != nil {
		return nil, nil, err
	}
	if number == nil {
		return p, ssm.LatestVersion(tx, p), nil
	}
	if version := ssm.FindVersion(tx, p, *number); version != nil {
		return p, version, nil
	}
	return nil, nil, noVersion(name, strconv.FormatInt(*number, 10), true)
}

// attach moves labels to a version.
func attach(tx *store.Tx, p *ssm.Parameter, version *ssm.Version, labels []string) error {
	for _, l := range labels {
		if had := ssm.LabelledVersion(tx, p, l); had != nil && had.Number != version.Number {
			relabel(tx, had, without(had.Labels, l))
		}
	}
	all := slices.Clone(version.Labels)
	for _, l := range labels {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	if len(all) > maxLabels { // SSM0011
		return refusal("ParameterVersionLabelLimitExceeded",
			"A parameter version can have maximum %d labels.Move one or more labels to another version and try again.", maxLabels)
	}
	relabel(tx, version, all)
	return nil
}

func relabel(tx *store.Tx, version *ssm.Version, labels []string) {
	changed := *version
	changed.Labels = labels
	ssm.Versions.Put(tx, &changed)
}

func without(labels []string, gone ...string) []string {
	return slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return slices.Contains(gone, l) })
}

// UnlabelParameterVersion takes labels from a version; those that it has not are invalid
// (SSM0004).
func (a *API) UnlabelParameterVersion(ctx context.Context, in *sdk.UnlabelParameterVersionInput) (*sdk.UnlabelParameterVersionOutput, error) {
	out := &sdk.UnlabelParameterVersionOutput{RemovedLabels: []string{}, InvalidLabels: []string{}}
	err := a.update(func(tx *store.Tx) error {
		_, version, err := numbered(ctx, tx, *in.Name, aws.Int64(*in.ParameterVersion))
		if err != nil {
			return err
		}
		for _, l := range in.Labels {
			if slices.Contains(version.Labels, l) {
				out.RemovedLabels = append(out.RemovedLabels, l)
			} else {
				out.InvalidLabels = append(out.InvalidLabels, l)
			}
		}
		relabel(tx, version, without(version.Labels, out.RemovedLabels...))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
