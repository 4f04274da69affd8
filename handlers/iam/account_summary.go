package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// GetAccountSummary counts what the account has, beside the quotas (IAM0017). Of other things there are none.
func (a *API) GetAccountSummary(ctx context.Context, _ *sdk.GetAccountSummaryInput) (*sdk.GetAccountSummaryOutput, error) {
	tx, of := a.read(), account(ctx)
	return &sdk.GetAccountSummaryOutput{SummaryMap: map[string]int32{
		"Users":               int32(len(iam.Users.List(tx, of))),
		"Groups":              int32(len(iam.Groups.List(tx, of))),
		"Roles":               int32(len(iam.Roles.List(tx, of))),
		"Policies":            int32(len(iam.Policies.List(tx, of))),
		"InstanceProfiles":    int32(len(iam.InstanceProfiles.List(tx, of))),
		"Providers":           int32(len(iam.OIDCProviders.List(tx, of))),
		"PolicyVersionsInUse": int32(len(iam.PolicyUsage(tx, of))), // each policy once, AWS's own included (IAM0017)

		"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0, "AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0,
		"MFADevices": 0, "MFADevicesInUse": 0, "ServerCertificates": 0,

		"UsersQuota": int32(users.most), "GroupsQuota": int32(groups.most), "RolesQuota": 1000, "PoliciesQuota": 1500,
		"InstanceProfilesQuota": 1000, "ServerCertificatesQuota": 20, "SigningCertificatesPerUserQuota": 2,
		"GroupsPerUserQuota": maxGroups, "AccessKeysPerUserQuota": iam.MaxAccessKeys,
		"AttachedPoliciesPerUserQuota": maxAttached, "AttachedPoliciesPerGroupQuota": maxAttached, "AttachedPoliciesPerRoleQuota": maxAttached,
		"UserPolicySizeQuota": int32(users.maxInline), "GroupPolicySizeQuota": int32(groups.maxInline),
		"RolePolicySizeQuota": int32(roles.maxInline), "PolicySizeQuota": maxPolicy, "AssumeRolePolicySizeQuota": maxTrustPolicy,
		"VersionsPerPolicyQuota": maxVersions, "PolicyVersionsInUseQuota": 10000, "GlobalEndpointTokenVersion": 1,
	}}, nil
}
