package ssm

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/hashorder"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// GetParameterHistory answers the versions of a parameter, the oldest first.
func (a *API) GetParameterHistory(ctx context.Context, in *sdk.GetParameterHistoryInput) (*sdk.GetParameterHistoryOutput, error) {
	tx := a.read()
	p, err := own(ctx, tx, *in.Name)
	if err != nil {
		return nil, err
	}
	number := func(v *ssm.Version) string { return fmt.Sprintf("%019d", v.Number) }
	part, next, err := pageOf(ssm.Versions.List(tx, p), number, in.NextToken, in.MaxResults, maxHistory)
	if err != nil {
		return nil, err
	}
	out := &sdk.GetParameterHistoryOutput{Parameters: []types.ParameterHistory{}, NextToken: next}
	for _, v := range part {
		described, err := describeVersion(tx, v, aws.ToBool(in.WithDecryption))
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, described)
	}
	return out, nil
}

const maxHistory = 50 // Source: SSM API reference, as for the other lists

func describeVersion(tx *store.Tx, v *ssm.Version, decrypt bool) (types.ParameterHistory, error) {
	value, err := valueText(tx, v, decrypt)
	return types.ParameterHistory{
		Name: &v.Name, Type: v.Type, DataType: &v.DataType, Tier: v.Tier, Value: &value, Version: v.Number,
		LastModifiedDate: &v.ModifiedAt, LastModifiedUser: &v.ModifiedBy, Labels: append([]string{}, hashorder.Sort(v.Labels)...),
		Description: awsapi.Optional(v.Description), AllowedPattern: awsapi.Optional(v.AllowedPattern), KeyId: awsapi.Optional(v.KeyID),
		Policies: []types.ParameterInlinePolicy{},
	}, err
}
