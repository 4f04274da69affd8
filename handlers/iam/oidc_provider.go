package iam

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Quotas of OpenID Connect providers. Source: IAM user guide, quotas; recorded answers (IAM0018).
const (
	maxProviders   = 100
	maxClientIDs   = 100
	maxThumbprints = 5
)

// CreateOpenIDConnectProvider makes a provider. Its server is not asked for the certificate, of which AWS finds the
// thumbprint where the request has none.
func (a *API) CreateOpenIDConnectProvider(ctx context.Context, in *sdk.CreateOpenIDConnectProviderInput) (*sdk.CreateOpenIDConnectProviderOutput, error) {
	made, err := a.newProvider(ctx, in)
	if err != nil {
		return nil, err
	}
	err = a.update(func(tx *store.Tx) error {
		switch {
		case iam.OIDCProviders.Find(tx, made.Account, made.URL) != nil:
			return alreadyExists("Provider with url %s already exists.", *in.Url)
		case len(iam.OIDCProviders.List(tx, made.Account)) >= maxProviders: // the name of the quota is the emulator's
			return limitExceeded("Cannot exceed quota for OpenIdConnectProvidersPerAccount: %d", maxProviders)
		}
		iam.OIDCProviders.Put(tx, made)
		return nil
	})
	return &sdk.CreateOpenIDConnectProviderOutput{OpenIDConnectProviderArn: aws.String(made.ARN()), Tags: in.Tags}, err
}

// newProvider is the provider that a request asks for.
func (a *API) newProvider(ctx context.Context, in *sdk.CreateOpenIDConnectProviderInput) (*iam.OIDCProvider, error) {
	if !isProviderURL(*in.Url) {
		return nil, validationError("Invalid Open ID Connect Provider URL")
	}
	tags, err := taggedProvider.merge(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	made := &iam.OIDCProvider{Account: account(ctx), URL: strings.TrimPrefix(*in.Url, scheme), CreatedAt: a.now(), Tags: tags}
	if err := setThumbprints(made, in.ThumbprintList); err != nil {
		return nil, err
	}
	for _, id := range in.ClientIDList {
		if err := addClientID(made, id); err != nil {
			return nil, err
		}
	}
	return made, nil
}

const scheme = "https://"

// isProviderURL looks at what the IAM API reference says of URLs. A port, which it advises against, is taken.
func isProviderURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && strings.HasPrefix(text, scheme) && u.Host != "" && u.User == nil && !strings.ContainsAny(text, "?#")
}

func setThumbprints(p *iam.OIDCProvider, list []string) error {
	if len(list) > maxThumbprints {
		return invalidInput("Thumbprint list must contain fewer than %d entries.", maxThumbprints) // fewer, although it may have 5 (IAM0018)
	}
	p.Thumbprints = append([]string{}, list...)
	return nil
}

// addClientID adds a client id, again without effect. Source: IAM API reference, AddClientIDToOpenIDConnectProvider.
func addClientID(p *iam.OIDCProvider, id string) error {
	switch {
	case slices.Contains(p.ClientIDs, id):
		return nil
	case len(p.ClientIDs) == maxClientIDs:
		return limitExceeded("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", maxClientIDs)
	}
	p.ClientIDs = append(slices.Clone(p.ClientIDs), id)
	return nil
}

func provider(tx *store.Tx, a iam.Account, arn *string) (*iam.OIDCProvider, error) {
	if found := iam.OIDCProviderByARN(tx, a, *arn); found != nil {
		return found, nil
	}
	return nil, noSuchEntity("OpenIDConnect Provider not found for arn %s", *arn)
}

// changeProvider changes a copy of a provider and writes it.
func (a *API) changeProvider(ctx context.Context, arn *string, change func(p *iam.OIDCProvider) error) error {
	return a.update(func(tx *store.Tx) error {
		found, err := provider(tx, account(ctx), arn)
		if err != nil {
			return err
		}
		changed := *found
		if err := change(&changed); err != nil {
			return err
		}
		iam.OIDCProviders.Put(tx, &changed)
		return nil
	})
}

// GetOpenIDConnectProvider answers a provider, with empty lists where there is nothing, and the URL without https://.
// Source: recorded answers (IAM0018); IAM API reference, GetOpenIDConnectProvider, example.
func (a *API) GetOpenIDConnectProvider(ctx context.Context, in *sdk.GetOpenIDConnectProviderInput) (*sdk.GetOpenIDConnectProviderOutput, error) {
	found, err := provider(a.read(), account(ctx), in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return &sdk.GetOpenIDConnectProviderOutput{
		Url: &found.URL, CreateDate: &found.CreatedAt, ClientIDList: found.ClientIDs, ThumbprintList: found.Thumbprints, Tags: found.Tags,
	}, nil
}

// ListOpenIDConnectProviders answers the ARNs of the providers.
func (a *API) ListOpenIDConnectProviders(ctx context.Context, _ *sdk.ListOpenIDConnectProvidersInput) (*sdk.ListOpenIDConnectProvidersOutput, error) {
	list := convert(iam.OIDCProviders.List(a.read(), account(ctx)), func(p *iam.OIDCProvider) types.OpenIDConnectProviderListEntry {
		return types.OpenIDConnectProviderListEntry{Arn: aws.String(p.ARN())}
	})
	return &sdk.ListOpenIDConnectProvidersOutput{OpenIDConnectProviderList: list}, nil
}

// UpdateOpenIDConnectProviderThumbprint replaces all thumbprints.
func (a *API) UpdateOpenIDConnectProviderThumbprint(ctx context.Context, in *sdk.UpdateOpenIDConnectProviderThumbprintInput) (*sdk.UpdateOpenIDConnectProviderThumbprintOutput, error) {
	return &sdk.UpdateOpenIDConnectProviderThumbprintOutput{}, a.changeProvider(ctx, in.OpenIDConnectProviderArn, func(p *iam.OIDCProvider) error {
		return setThumbprints(p, in.ThumbprintList)
	})
}

func (a *API) AddClientIDToOpenIDConnectProvider(ctx context.Context, in *sdk.AddClientIDToOpenIDConnectProviderInput) (*sdk.AddClientIDToOpenIDConnectProviderOutput, error) {
	return &sdk.AddClientIDToOpenIDConnectProviderOutput{}, a.changeProvider(ctx, in.OpenIDConnectProviderArn, func(p *iam.OIDCProvider) error {
		return addClientID(p, *in.ClientID)
	})
}

// RemoveClientIDFromOpenIDConnectProvider removes a client id, also one that is not there.
// Source: IAM API reference, RemoveClientIDFromOpenIDConnectProvider.
func (a *API) RemoveClientIDFromOpenIDConnectProvider(ctx context.Context, in *sdk.RemoveClientIDFromOpenIDConnectProviderInput) (*sdk.RemoveClientIDFromOpenIDConnectProviderOutput, error) {
	return &sdk.RemoveClientIDFromOpenIDConnectProviderOutput{}, a.changeProvider(ctx, in.OpenIDConnectProviderArn, func(p *iam.OIDCProvider) error {
		p.ClientIDs = slices.DeleteFunc(slices.Clone(p.ClientIDs), func(id string) bool { return id == *in.ClientID })
		return nil
	})
}

// DeleteOpenIDConnectProvider removes a provider. Roles that trust it stay.
func (a *API) DeleteOpenIDConnectProvider(ctx context.Context, in *sdk.DeleteOpenIDConnectProviderInput) (*sdk.DeleteOpenIDConnectProviderOutput, error) {
	return &sdk.DeleteOpenIDConnectProviderOutput{}, a.update(func(tx *store.Tx) error {
		found, err := provider(tx, account(ctx), in.OpenIDConnectProviderArn)
		if err != nil {
			return err
		}
		iam.OIDCProviders.Delete(tx, found)
		return nil
	})
}
