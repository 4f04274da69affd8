package secretsmanager

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

// maxBatch is how many values a request asks for. Source: Secrets Manager API reference.
const maxBatch = 20

// BatchGetSecretValue answers current values, of secrets that are named or pass filters. What
// cannot be answered is an error of its own (SEC0002).
func (a *API) BatchGetSecretValue(ctx context.Context, in *sdk.BatchGetSecretValueInput) (*sdk.BatchGetSecretValueOutput, error) {
	if (len(in.SecretIdList) > 0) == (len(in.Filters) > 0) { // SEC0008
		return nil, invalidRequest("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
	}
	out := &sdk.BatchGetSecretValueOutput{SecretValues: []types.SecretValueEntry{}, Errors: []types.APIErrorType{}}
	ids := in.SecretIdList
	if len(in.Filters) > 0 {
		found, next, err := pageOf(a.filtered(ctx, in.Filters, false),
			func(s *secretsmanager.Secret) string { return sortKey(s, "") }, false, in.NextToken, in.MaxResults, maxBatch)
		if err != nil {
			return nil, err
		}
		out.NextToken = next
		for _, s := range found {
			ids = append(ids, s.ARN())
		}
	}
	for _, id := range ids {
		if err := a.addValue(ctx, out, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *API) addValue(ctx context.Context, out *sdk.BatchGetSecretValueOutput, id string) error {
	value, err := a.GetSecretValue(ctx, &sdk.GetSecretValueInput{SecretId: &id})
	var refused smithy.APIError
	switch {
	case err == nil:
		out.SecretValues = append(out.SecretValues, types.SecretValueEntry{
			ARN: value.ARN, Name: value.Name, VersionId: value.VersionId, VersionStages: value.VersionStages, CreatedDate: value.CreatedDate,
			SecretString: value.SecretString, SecretBinary: value.SecretBinary,
		})
	case errors.As(err, &refused):
		code, message := refused.ErrorCode(), refused.ErrorMessage()
		out.Errors = append(out.Errors, types.APIErrorType{SecretId: &id, ErrorCode: &code, Message: &message})
	default:
		return err
	}
	return nil
}
