package ssm

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DeleteParameter removes a parameter with its versions.
func (a *API) DeleteParameter(ctx context.Context, in *sdk.DeleteParameterInput) (*sdk.DeleteParameterOutput, error) {
	return &sdk.DeleteParameterOutput{}, a.update(func(tx *store.Tx) error {
		p, err := own(ctx, tx, *in.Name)
		if err != nil {
			return err
		}
		ssm.DeleteParameter(tx, p)
		return nil
	})
}

// DeleteParameters removes those that there are, and names the others.
func (a *API) DeleteParameters(ctx context.Context, in *sdk.DeleteParametersInput) (*sdk.DeleteParametersOutput, error) {
	out := &sdk.DeleteParametersOutput{DeletedParameters: []string{}, InvalidParameters: []string{}}
	err := a.update(func(tx *store.Tx) error {
		for _, name := range in.Names {
			p, err := own(ctx, tx, name)
			if err != nil {
				out.InvalidParameters = append(out.InvalidParameters, name)
				continue
			}
			ssm.DeleteParameter(tx, p)
			out.DeletedParameters = append(out.DeletedParameters, name)
		}
		return nil
	})
	return out, err
}
