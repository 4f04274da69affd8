package iam

import (
	"context"

	basepolicy "github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// GetContextKeysForCustomPolicy answers the keys that policies of the request use, of each document for itself (IAM0021).
func (a *API) GetContextKeysForCustomPolicy(_ context.Context, in *sdk.GetContextKeysForCustomPolicyInput) (*sdk.GetContextKeysForCustomPolicyOutput, error) {
	keys, err := contextKeys(in.PolicyInputList)
	return &sdk.GetContextKeysForCustomPolicyOutput{ContextKeyNames: keys}, err
}

// GetContextKeysForPrincipalPolicy answers the keys that the policies of an entity use, its boundary included, and the
// policies of the request (IAM0021). One of AWS's own policies whose document is not here has none.
func (a *API) GetContextKeysForPrincipalPolicy(ctx context.Context, in *sdk.GetContextKeysForPrincipalPolicyInput) (*sdk.GetContextKeysForPrincipalPolicyOutput, error) {
	of, err := policiesOf(a.read(), account(ctx), *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	keys, err := contextKeys(in.PolicyInputList)
	if err != nil {
		return nil, err
	}
	sources := of.identity
	if of.boundary != nil {
		sources = append(sources, *of.boundary)
	}
	for _, s := range sources {
		if s.Policy != nil {
			more, _ := basepolicy.ContextKeys(s.Policy.Text()) // one that an older build stored may be broken, and has none
			keys = append(keys, more...)
		}
	}
	return &sdk.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: keys}, nil
}

func contextKeys(documents []string) ([]string, error) {
	keys := []string{}
	for i, document := range documents {
		more, err := basepolicy.ContextKeys(document)
		if err != nil {
			return nil, invalidInput("Policy input list item %d has invalid content", i+1)
		}
		keys = append(keys, more...)
	}
	return keys, nil
}
