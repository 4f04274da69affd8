package iam

import (
	"context"
	"encoding/base64"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/simulation"
	basepolicy "github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// SimulateCustomPolicy answers what policies of the request decide (IAM0019).
func (a *API) SimulateCustomPolicy(ctx context.Context, in *sdk.SimulateCustomPolicyInput) (*sdk.SimulateCustomPolicyOutput, error) {
	results, next, err := simulate(in, account(ctx).ID, entityPolicies{})
	return &sdk.SimulateCustomPolicyOutput{EvaluationResults: results, IsTruncated: next != nil, Marker: next}, err
}

// SimulatePrincipalPolicy answers what the policies of a user with its groups, of a group or of a role decide, with the
// policies of the request (IAM0020). One of AWS's own policies whose document is not here allows nothing. Who calls is the
// entity, unless the request has another.
func (a *API) SimulatePrincipalPolicy(ctx context.Context, in *sdk.SimulatePrincipalPolicyInput) (*sdk.SimulatePrincipalPolicyOutput, error) {
	of, err := policiesOf(a.read(), account(ctx), *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	caller := in.CallerArn
	if caller == nil {
		caller = &of.arn
	}
	results, next, err := simulate(&sdk.SimulateCustomPolicyInput{
		ActionNames: in.ActionNames, CallerArn: caller, ContextEntries: in.ContextEntries, Marker: in.Marker, MaxItems: in.MaxItems,
		PermissionsBoundaryPolicyInputList: in.PermissionsBoundaryPolicyInputList, PolicyInputList: in.PolicyInputList, ResourceArns: in.ResourceArns,
		ResourceHandlingOption: in.ResourceHandlingOption, ResourceOwner: in.ResourceOwner, ResourcePolicy: in.ResourcePolicy,
	}, account(ctx).ID, of)
	return &sdk.SimulatePrincipalPolicyOutput{EvaluationResults: results, IsTruncated: next != nil, Marker: next}, err
}

// simulate answers the part of the actions that a request asks for. A boundary of the request replaces the one of the entity.
func simulate(in *sdk.SimulateCustomPolicyInput, account string, of entityPolicies) (results []types.EvaluationResult, next *string, err error) {
	s, err := readSimulation(in, account, of)
	if err != nil {
		return nil, nil, err
	}
	actions, next, err := actionsOf(in)
	if err != nil {
		return nil, nil, err
	}
	return s.Results(actions, in.ResourceArns), next, nil
}

func readSimulation(in *sdk.SimulateCustomPolicyInput, account string, of entityPolicies) (*simulation.Simulation, error) {
	s := &simulation.Simulation{Boundary: of.boundary}
	var boundary *basepolicy.Source
	for _, read := range []func() error{
		func() error { return simulation.CheckActions(in.ActionNames) },
		func() (err error) { s.Identity, err = simulation.Identity(in.PolicyInputList); return err },
		func() (err error) {
			boundary, err = simulation.Boundary(in.PermissionsBoundaryPolicyInputList)
			return err
		},
		func() (err error) {
			s.Organization, err = simulation.Organization(in.OrderedOrganizationPolicyInputList)
			return err
		},
		func() (err error) { s.Resource, err = simulation.Resource(in.ResourcePolicy); return err },
		func() (err error) {
			s.Caller, err = simulation.Caller(aws.ToString(in.CallerArn), account, s.Resource)
			return err
		},
		func() (err error) { s.Owner, err = simulation.Owner(in.ResourceOwner); return err },
		func() error { return simulation.CheckResources(in.ResourceArns, s.Resource) },
		func() error {
			return simulation.CheckHandlingOption(aws.ToString(in.ResourceHandlingOption), in.ActionNames, in.ResourceArns)
		},
		func() (err error) { s.Keys, err = simulation.Keys(s.Caller, in.ContextEntries); return err },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	s.Identity = append(of.identity, s.Identity...)
	if boundary != nil {
		s.Boundary = boundary
	}
	return s, nil
}

// actionsOf are the actions of a page, in the order of the request. A marker is how many come before, so it counts for other
// actions as well (IAM0019).
func actionsOf(in *sdk.SimulateCustomPolicyInput) (actions []string, next *string, err error) {
	from := 0
	if in.Marker != nil {
		text, err := base64.RawURLEncoding.DecodeString(*in.Marker)
		if from, _ = strconv.Atoi(string(text)); err != nil || from <= 0 {
			return nil, nil, invalidInput("Invalid marker for pagination.")
		}
	}
	most := defaultPage
	if in.MaxItems != nil {
		most = int(*in.MaxItems)
	}
	actions = in.ActionNames[min(from, len(in.ActionNames)):]
	if len(actions) > most {
		actions = actions[:most]
		next = aws.String(base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(from + most))))
	}
	return actions, next, nil
}
