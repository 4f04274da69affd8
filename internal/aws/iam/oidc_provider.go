package iam

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// OIDCProviders are the OpenID Connect providers of accounts, by their URLs.
var OIDCProviders = store.NewScoped("iam-oidc-provider", Account.key, func(p *OIDCProvider) string { return p.Account.key(p.URL) })

// OIDCProvider is an identity provider whose tokens roles may trust. Its handlers write every field.
type OIDCProvider struct {
	Account     Account
	URL         string // without https://
	CreatedAt   time.Time
	ClientIDs   []string // the audiences of its tokens
	Thumbprints []string
	Tags        []types.Tag
}

func (p *OIDCProvider) ARN() string { return p.Account.arn(oidcProvider, "/", p.URL) }

const oidcProvider = "oidc-provider"

// OIDCProviderByARN returns the provider that an ARN names, or nil.
func OIDCProviderByARN(tx *store.Tx, a Account, arn string) *OIDCProvider {
	url, is := strings.CutPrefix(arn, a.arn(oidcProvider, "/", ""))
	if !is {
		return nil
	}
	return OIDCProviders.Find(tx, a, url)
}
