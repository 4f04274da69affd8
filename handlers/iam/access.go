package iam

import (
	"maps"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// own begins the ARNs of an account: IAM has no regions.
const own = "arn:{partition}:iam::{account}:"

// access says what operations ask: the entity that a name means, with its path, in any case of the name (AC47).
// Source: Service Authorization Reference, AWS IAM; IAM user guide, tagging IAM resources, for tags on creation.
func (a *API) access() awsapi.Rows {
	rows := awsapi.Rows{}
	for _, of := range []awsapi.Rows{a.userAccess(), a.groupAccess(), a.roleAccess(), a.policyAccess(), a.profileAccess(), a.providerAccess(), a.simulationAccess(), accountAccess()} {
		maps.Copy(rows, of)
	}
	return rows
}

func (a *API) userAccess() awsapi.Rows {
	user := awsapi.On(own + "user/{UserName}").Each(a.named)
	bounded, attached := user.May(boundaryKey).Each(a.bounded), user.May(boundaryKey).Each(a.bounded).Key("iam:PolicyARN", "{PolicyArn}")
	orCaller := user.Each(a.orCaller)
	return awsapi.Rows{
		"CreateUser": awsapi.On(own+"user{Path|/}{UserName}").Key(boundaryKey, "{PermissionsBoundary}").Tags("Tags").Also("iam:TagUser"),
		"GetUser":    orCaller,
		"ListUsers":  awsapi.On(own + "user{PathPrefix|/}"),
		"UpdateUser": awsapi.With(user, a.moveUser).Shows("iam:UpdateUser on what the user becomes"),
		"DeleteUser": user, "ListUserTags": user, "ListGroupsForUser": user,
		"TagUser": user.Tags("Tags"), "UntagUser": user.Keys("aws:TagKeys", "{TagKeys}"),
		"PutUserPermissionsBoundary": user.Key(boundaryKey, "{PermissionsBoundary}"), "DeleteUserPermissionsBoundary": bounded,

		"PutUserPolicy": bounded, "GetUserPolicy": user, "ListUserPolicies": user, "DeleteUserPolicy": bounded,
		"AttachUserPolicy": attached, "DetachUserPolicy": attached, "ListAttachedUserPolicies": user,

		"CreateAccessKey": orCaller, "ListAccessKeys": orCaller, "UpdateAccessKey": orCaller, "DeleteAccessKey": orCaller,
		"GetAccessKeyLastUsed": awsapi.Asks(a.keyOwner).Shows("iam:GetAccessKeyLastUsed on the user who has the key"),
	}
}

func (a *API) groupAccess() awsapi.Rows {
	group := awsapi.On(own + "group/{GroupName}").Each(a.named)
	attached := group.Key("iam:PolicyARN", "{PolicyArn}")
	return awsapi.Rows{
		"CreateGroup": awsapi.On(own + "group{Path|/}{GroupName}"),
		"GetGroup":    group,
		"ListGroups":  awsapi.On(own + "group{PathPrefix|/}"),
		"UpdateGroup": awsapi.With(group, a.moveGroup).Shows("iam:UpdateGroup on what the group becomes"),
		"DeleteGroup": group, "AddUserToGroup": group, "RemoveUserFromGroup": group,

		"PutGroupPolicy": group, "GetGroupPolicy": group, "ListGroupPolicies": group, "DeleteGroupPolicy": group,
		"AttachGroupPolicy": attached, "DetachGroupPolicy": attached, "ListAttachedGroupPolicies": group,
	}
}

func (a *API) roleAccess() awsapi.Rows {
	role := awsapi.On(own + "role/{RoleName}").Each(a.named)
	bounded, attached := role.May(boundaryKey).Each(a.bounded), role.May(boundaryKey).Each(a.bounded).Key("iam:PolicyARN", "{PolicyArn}")
	return awsapi.Rows{
		"CreateRole": awsapi.On(own+"role{Path|/}{RoleName}").Key(boundaryKey, "{PermissionsBoundary}").Tags("Tags").Also("iam:TagRole"),
		"GetRole":    bounded,
		"ListRoles":  awsapi.On(own + "role{PathPrefix|/}"),
		"UpdateRole": bounded, "UpdateRoleDescription": bounded, "UpdateAssumeRolePolicy": bounded, "DeleteRole": bounded,
		"TagRole": role.Tags("Tags"), "UntagRole": role.Keys("aws:TagKeys", "{TagKeys}"), "ListRoleTags": role,
		"PutRolePermissionsBoundary": role.Key(boundaryKey, "{PermissionsBoundary}"), "DeleteRolePermissionsBoundary": bounded,

		"PutRolePolicy": bounded, "GetRolePolicy": role, "ListRolePolicies": role, "DeleteRolePolicy": bounded,
		"AttachRolePolicy": attached, "DetachRolePolicy": attached, "ListAttachedRolePolicies": role,

		"CreateServiceLinkedRole": awsapi.Asks(newLinkedRole).May("iam:AWSServiceName").
			Shows("iam:CreateServiceLinkedRole on role/aws-service-role/{AWSServiceName}/, and the name of the role"),
		"DeleteServiceLinkedRole": role,
		"GetServiceLinkedRoleDeletionStatus": awsapi.Asks(deletedRole).
			Shows("iam:GetServiceLinkedRoleDeletionStatus on the role of {DeletionTaskId}"),
	}
}

func (a *API) policyAccess() awsapi.Rows {
	policy := awsapi.On("{PolicyArn}").Each(func(_ awsapi.Call, w *awsapi.Access) { w.Named = "policy " + w.Resource })
	return awsapi.Rows{
		"CreatePolicy":          awsapi.On(own + "policy{Path|/}{PolicyName}").Tags("Tags").Also("iam:TagPolicy").Each(newPolicy),
		"GetPolicy":             policy,
		"ListPolicies":          awsapi.With(awsapi.On("*"), listPolicies),
		"ListEntitiesForPolicy": policy, "DeletePolicy": policy,
		"CreatePolicyVersion": policy, "GetPolicyVersion": policy, "ListPolicyVersions": policy, "SetDefaultPolicyVersion": policy, "DeletePolicyVersion": policy,
		"TagPolicy": policy.Tags("Tags"), "UntagPolicy": policy.Keys("aws:TagKeys", "{TagKeys}"), "ListPolicyTags": policy,
	}
}

func (a *API) profileAccess() awsapi.Rows {
	profile := awsapi.On(own + "instance-profile/{InstanceProfileName}").Each(a.named)
	return awsapi.Rows{
		"CreateInstanceProfile":       awsapi.On(own + "instance-profile{Path|/}{InstanceProfileName}").Tags("Tags").Also("iam:TagInstanceProfile"),
		"GetInstanceProfile":          profile,
		"ListInstanceProfiles":        awsapi.On(own + "instance-profile{PathPrefix|/}"),
		"ListInstanceProfilesForRole": awsapi.On(own + "role/{RoleName}").Each(a.named),
		"DeleteInstanceProfile":       profile,
		"AddRoleToInstanceProfile": awsapi.With(profile, a.passToInstances).May("iam:PassedToService").
			Shows("iam:PassRole on role/{RoleName}, with iam:PassedToService ec2.amazonaws.com"),
		"RemoveRoleFromInstanceProfile": profile,
		"TagInstanceProfile":            profile.Tags("Tags"), "UntagInstanceProfile": profile.Keys("aws:TagKeys", "{TagKeys}"), "ListInstanceProfileTags": profile,
	}
}

func (a *API) providerAccess() awsapi.Rows {
	provider := awsapi.On("{OpenIDConnectProviderArn}").Each(a.storedProvider)
	return awsapi.Rows{
		"CreateOpenIDConnectProvider": awsapi.On(own + oidcProvider + "{Url}").Tags("Tags").Also("iam:TagOpenIDConnectProvider").Each(newProviderARN),
		"GetOpenIDConnectProvider":    provider,
		"ListOpenIDConnectProviders":  awsapi.On(own + oidcProvider + "*"), // source: field reports

		"UpdateOpenIDConnectProviderThumbprint": provider,
		"AddClientIDToOpenIDConnectProvider":    provider, "RemoveClientIDFromOpenIDConnectProvider": provider, "DeleteOpenIDConnectProvider": provider,
		"TagOpenIDConnectProvider": provider.Tags("Tags"), "UntagOpenIDConnectProvider": provider.Keys("aws:TagKeys", "{TagKeys}"), "ListOpenIDConnectProviderTags": provider,
	}
}

func (a *API) simulationAccess() awsapi.Rows {
	principal := awsapi.On("{PolicySourceArn}").Each(a.stored)
	return awsapi.Rows{
		"SimulateCustomPolicy":             awsapi.On("*"),
		"SimulatePrincipalPolicy":          principal,
		"GetContextKeysForCustomPolicy":    awsapi.On("*"),
		"GetContextKeysForPrincipalPolicy": principal,
	}
}

func accountAccess() awsapi.Rows {
	rows := awsapi.Rows{}
	for _, operation := range []string{
		"CreateAccountAlias", "ListAccountAliases", "DeleteAccountAlias", "GetAccountSummary", "GetAccountAuthorizationDetails",
	} {
		rows[operation] = awsapi.On("*")
	}
	return rows
}
