package iam

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func (a *API) Service() awsapi.Service {
	const version = "2010-05-08"
	return awsapi.Service{
		Name: "iam", ID: sdk.ServiceID, Title: "AWS IAM", Model: model,
		Protocol: awsapi.Query{
			Version: version, Namespace: "https://iam.amazonaws.com/doc/" + version + "/", EmptyResults: []string{"UpdateRole"},
			NotBuilt: []string{"PolicyExclusionList"}, // a union
		},
		Statuses: statuses, Access: a.access(), Tags: a.tagsOf,
		Operations: slices.Concat(
			a.userOperations(), a.accessKeyOperations(), a.groupOperations(), a.roleOperations(), a.policyOperations(), a.instanceProfileOperations(), a.serviceLinkedRoleOperations(),
			a.providerOperations(), a.accountOperations(), a.simulationOperations(),
		),
	}
}

func (a *API) userOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateUser", "enforces nothing", a.CreateUser),
		awsapi.Partial("GetUser", "without a name the user who calls; the root's date is the epoch", a.GetUser),
		awsapi.Works("ListUsers", "by path, in pages", a.ListUsers),
		awsapi.Works("UpdateUser", "name and path; groups, policies and keys stay", a.UpdateUser),
		awsapi.Works("DeleteUser", "when it is in no group, and has no policy and no access key", a.DeleteUser),
		awsapi.Works("TagUser", "keys are not case-sensitive", a.TagUser),
		awsapi.Works("UntagUser", "keys are not case-sensitive", a.UntagUser),
		awsapi.Works("ListUserTags", "in order of their keys, in pages", a.ListUserTags),
		awsapi.Partial("PutUserPermissionsBoundary", "has an effect with --iam log or enforce", a.PutUserPermissionsBoundary),
		awsapi.Works("DeleteUserPermissionsBoundary", "a user without one is refused", a.DeleteUserPermissionsBoundary),

		awsapi.Partial("PutUserPolicy", "as PutRolePolicy", a.PutUserPolicy),
		awsapi.Works("GetUserPolicy", "the document as it was sent", a.GetUserPolicy),
		awsapi.Works("ListUserPolicies", "in order of their names, in pages", a.ListUserPolicies),
		awsapi.Works("DeleteUserPolicy", "names are not case-sensitive", a.DeleteUserPolicy),

		awsapi.Partial("AttachUserPolicy", "as AttachRolePolicy", a.AttachUserPolicy),
		awsapi.Works("DetachUserPolicy", "a policy that is not attached is refused", a.DetachUserPolicy),
		awsapi.Works("ListAttachedUserPolicies", "by path, in order of their ARNs, in pages", a.ListAttachedUserPolicies),
	}
}

func (a *API) accessKeyOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateAccessKey", "of users; requests with it are the user's, whose policies decide with --iam log or enforce", a.CreateAccessKey),
		awsapi.Works("ListAccessKeys", "the oldest first", a.ListAccessKeys),
		awsapi.Works("UpdateAccessKey", "at once", a.UpdateAccessKey),
		awsapi.Works("DeleteAccessKey", "at once", a.DeleteAccessKey),
		awsapi.Partial("GetAccessKeyLastUsed", "at once; what was before the emulator's start is not known", a.GetAccessKeyLastUsed),
	}
}

func (a *API) groupOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateGroup", "without users and policies", a.CreateGroup),
		awsapi.Works("GetGroup", "with its users, in pages", a.GetGroup),
		awsapi.Works("ListGroups", "by path, in pages", a.ListGroups),
		awsapi.Works("UpdateGroup", "name and path; users and policies stay", a.UpdateGroup),
		awsapi.Works("DeleteGroup", "when it has no user and no policy", a.DeleteGroup),
		awsapi.Works("AddUserToGroup", "at most 10 groups of a user", a.AddUserToGroup),
		awsapi.Works("RemoveUserFromGroup", "also a user who is not in it", a.RemoveUserFromGroup),
		awsapi.Works("ListGroupsForUser", "in order of their names, in pages", a.ListGroupsForUser),

		awsapi.Partial("PutGroupPolicy", "as PutRolePolicy", a.PutGroupPolicy),
		awsapi.Works("GetGroupPolicy", "the document as it was sent", a.GetGroupPolicy),
		awsapi.Works("ListGroupPolicies", "in order of their names, in pages", a.ListGroupPolicies),
		awsapi.Works("DeleteGroupPolicy", "names are not case-sensitive", a.DeleteGroupPolicy),

		awsapi.Partial("AttachGroupPolicy", "as AttachRolePolicy", a.AttachGroupPolicy),
		awsapi.Works("DetachGroupPolicy", "a policy that is not attached is refused", a.DetachGroupPolicy),
		awsapi.Works("ListAttachedGroupPolicies", "by path, in order of their ARNs, in pages", a.ListAttachedGroupPolicies),
	}
}

func (a *API) roleOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateRole", "enforces nothing; principals of the trust policy need not exist", a.CreateRole),
		awsapi.Partial("GetRole", "the trust policy as it was sent; RoleLastUsed is always empty", a.GetRole),
		awsapi.Works("ListRoles", "by path, in pages", a.ListRoles),
		awsapi.Works("UpdateRole", "description and session duration", a.UpdateRole),
		awsapi.Works("UpdateRoleDescription", "answers the role", a.UpdateRoleDescription),
		awsapi.Partial("UpdateAssumeRolePolicy", "as CreateRole", a.UpdateAssumeRolePolicy),
		awsapi.Works("DeleteRole", "when it has no policy and no instance profile", a.DeleteRole),
		awsapi.Partial("PutRolePermissionsBoundary", "has an effect with --iam log or enforce", a.PutRolePermissionsBoundary),
		awsapi.Works("DeleteRolePermissionsBoundary", "a role without one is refused", a.DeleteRolePermissionsBoundary),
		awsapi.Works("TagRole", "keys are not case-sensitive", a.TagRole),
		awsapi.Works("UntagRole", "keys are not case-sensitive", a.UntagRole),
		awsapi.Works("ListRoleTags", "in order of their keys, in pages", a.ListRoleTags),

		awsapi.Partial("PutRolePolicy", "has an effect with --iam log or enforce; values of date conditions are not checked", a.PutRolePolicy),
		awsapi.Works("GetRolePolicy", "the document as it was sent", a.GetRolePolicy),
		awsapi.Works("ListRolePolicies", "in order of their names, in pages", a.ListRolePolicies),
		awsapi.Works("DeleteRolePolicy", "names are not case-sensitive", a.DeleteRolePolicy),

		awsapi.Partial("AttachRolePolicy", "has an effect with --iam log or enforce; AWS's own policies are as of August 2026", a.AttachRolePolicy),
		awsapi.Works("DetachRolePolicy", "a policy that is not attached is refused", a.DetachRolePolicy),
		awsapi.Works("ListAttachedRolePolicies", "by path, in order of their ARNs, in pages", a.ListAttachedRolePolicies),
	}
}

func (a *API) providerOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateOpenIDConnectProvider", "its server is not asked for a thumbprint", a.CreateOpenIDConnectProvider),
		awsapi.Works("GetOpenIDConnectProvider", "with its client ids, thumbprints and tags", a.GetOpenIDConnectProvider),
		awsapi.Works("ListOpenIDConnectProviders", "their ARNs", a.ListOpenIDConnectProviders),
		awsapi.Works("UpdateOpenIDConnectProviderThumbprint", "replaces all", a.UpdateOpenIDConnectProviderThumbprint),
		awsapi.Works("AddClientIDToOpenIDConnectProvider", "at most 100", a.AddClientIDToOpenIDConnectProvider),
		awsapi.Works("RemoveClientIDFromOpenIDConnectProvider", "also one that is not there", a.RemoveClientIDFromOpenIDConnectProvider),
		awsapi.Works("DeleteOpenIDConnectProvider", "roles that trust it stay", a.DeleteOpenIDConnectProvider),
		awsapi.Works("TagOpenIDConnectProvider", "keys are case-sensitive", a.TagOpenIDConnectProvider),
		awsapi.Works("UntagOpenIDConnectProvider", "keys are case-sensitive", a.UntagOpenIDConnectProvider),
		awsapi.Works("ListOpenIDConnectProviderTags", "in order of their keys, in pages", a.ListOpenIDConnectProviderTags),
	}
}

func (a *API) accountOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateAccountAlias", "one of an account", a.CreateAccountAlias),
		awsapi.Works("ListAccountAliases", "the one of the account", a.ListAccountAliases),
		awsapi.Works("DeleteAccountAlias", "another one is refused", a.DeleteAccountAlias),
		awsapi.Works("GetAccountSummary", "counts of what is built, and AWS's default quotas", a.GetAccountSummary),
		awsapi.Partial("GetAccountAuthorizationDetails", "by kind, in pages; Policies has AWS's own policies only as far as GetPolicy knows them", a.GetAccountAuthorizationDetails),
	}
}

func (a *API) policyOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreatePolicy", "has an effect with --iam log or enforce; values of date conditions are not checked", a.CreatePolicy),
		awsapi.Partial("GetPolicy", "of AWS's own policies those whose documents are known; others answer 501 NotImplementedException", a.GetPolicy),
		awsapi.Partial("ListPolicies", "of AWS's own policies those that GetPolicy knows", a.ListPolicies),
		awsapi.Works("ListEntitiesForPolicy", "users, groups and roles, by path and use, in pages", a.ListEntitiesForPolicy),
		awsapi.Works("DeletePolicy", "when nothing has it and one version is left", a.DeletePolicy),
		awsapi.Partial("CreatePolicyVersion", "as CreatePolicy", a.CreatePolicyVersion),
		awsapi.Partial("GetPolicyVersion", "as GetPolicy; of AWS's own policies one version", a.GetPolicyVersion),
		awsapi.Partial("ListPolicyVersions", "as GetPolicyVersion", a.ListPolicyVersions),
		awsapi.Works("SetDefaultPolicyVersion", "at once", a.SetDefaultPolicyVersion),
		awsapi.Works("DeletePolicyVersion", "all but the default one", a.DeletePolicyVersion),
		awsapi.Works("TagPolicy", "keys are case-sensitive", a.TagPolicy),
		awsapi.Works("UntagPolicy", "keys are case-sensitive", a.UntagPolicy),
		awsapi.Works("ListPolicyTags", "in order of their keys, in pages", a.ListPolicyTags),
	}
}

func (a *API) instanceProfileOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateInstanceProfile", "without a role", a.CreateInstanceProfile),
		awsapi.Works("GetInstanceProfile", "with its role and tags", a.GetInstanceProfile),
		awsapi.Works("ListInstanceProfiles", "by path, in pages", a.ListInstanceProfiles),
		awsapi.Works("ListInstanceProfilesForRole", "in pages", a.ListInstanceProfilesForRole),
		awsapi.Works("DeleteInstanceProfile", "when it has no role", a.DeleteInstanceProfile),
		awsapi.Works("AddRoleToInstanceProfile", "at most one role", a.AddRoleToInstanceProfile),
		awsapi.Works("RemoveRoleFromInstanceProfile", "a role that it does not have is refused", a.RemoveRoleFromInstanceProfile),
		awsapi.Works("TagInstanceProfile", "keys are case-sensitive", a.TagInstanceProfile),
		awsapi.Works("UntagInstanceProfile", "keys are case-sensitive", a.UntagInstanceProfile),
		awsapi.Works("ListInstanceProfileTags", "in order of their keys, in pages", a.ListInstanceProfileTags),
	}
}

func (a *API) serviceLinkedRoleOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateServiceLinkedRole", "for ECS and the services it works with; others answer 501 NotImplementedException", a.CreateServiceLinkedRole),
		awsapi.Works("DeleteServiceLinkedRole", "at once; ACTIVE clusters of any region keep the role of ECS", a.DeleteServiceLinkedRole),
		awsapi.Works("GetServiceLinkedRoleDeletionStatus", "SUCCEEDED or FAILED, without delay", a.GetServiceLinkedRoleDeletionStatus),
	}
}

func (a *API) simulationOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("SimulateCustomPolicy", "types of resources are looked at by their service, ARNs with variables are told for few services; ResourceHandlingOption demands nothing", a.SimulateCustomPolicy),
		awsapi.Partial("SimulatePrincipalPolicy", "as SimulateCustomPolicy, without PolicyExclusionList; AWS's own policies without a document here allow nothing", a.SimulatePrincipalPolicy),
		awsapi.Works("GetContextKeysForCustomPolicy", "also of documents that cannot be attached", a.GetContextKeysForCustomPolicy),
		awsapi.Partial("GetContextKeysForPrincipalPolicy", "AWS's own policies without a document here have none", a.GetContextKeysForPrincipalPolicy),
	}
}
