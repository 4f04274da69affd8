package iam

import (
	"cmp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	keys "github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	boundaryKey  = "iam:PermissionsBoundary"
	oidcProvider = "oidc-provider/"
)

// entity is a row of IAM as access looks at it. The zero value is none.
type entity struct {
	arn, boundary string
	tags          []types.Tag
}

// find returns the entity of a kind with a name.
func find(tx *store.Tx, a iam.Account, kind, name string) entity {
	switch kind {
	case "user":
		if u := iam.Users.Find(tx, a, name); u != nil {
			return entity{u.ARN(), u.PermissionsBoundary, u.Tags}
		}
	case "group":
		if g := iam.Groups.Find(tx, a, name); g != nil {
			return entity{arn: g.ARN()}
		}
	case "role":
		if r := iam.Roles.Find(tx, a, name); r != nil {
			return entity{r.ARN(), r.PermissionsBoundary, r.Tags}
		}
	case "instance-profile":
		if p := iam.InstanceProfiles.Find(tx, a, name); p != nil {
			return entity{arn: p.ARN(), tags: p.Tags}
		}
	case "policy":
		if p := iam.Policies.Find(tx, a, name); p != nil {
			return entity{arn: p.ARN(), tags: p.Tags}
		}
	}
	return entity{}
}

// kindOf is what an ARN of IAM names: "role".
func kindOf(resourceARN string) string {
	parts := strings.SplitN(resourceARN, ":", 6)
	kind, _, _ := strings.Cut(parts[len(parts)-1], "/")
	return kind
}

// named makes a name the stored ARN of what has it. Refusals name the kind and the name (AC13; field reports for users,
// groups and instance profiles).
func (a *API) named(call awsapi.Call, w *awsapi.Access) {
	if w.Resource == "*" {
		return
	}
	kind, name := kindOf(w.Resource), arn.Name(w.Resource)
	w.Named = strings.ReplaceAll(kind, "-", " ") + " " + name
	w.Resource = cmp.Or(find(a.read(), iam.AccountOf(call.Scope()), kind, name).arn, w.Resource)
}

// stored makes the ARN of an entity the stored one, as its path may be another. Source: recorded answers.
func (a *API) stored(call awsapi.Call, w *awsapi.Access) {
	if account := iam.AccountOfARN(w.Resource); account == iam.AccountOf(call.Scope()) {
		w.Resource = cmp.Or(find(a.read(), account, kindOf(w.Resource), arn.Name(w.Resource)).arn, w.Resource)
	}
}

// bounded adds the permissions boundary that an entity has.
func (a *API) bounded(call awsapi.Call, w *awsapi.Access) {
	found := find(a.read(), iam.AccountOf(call.Scope()), kindOf(w.Resource), arn.Name(w.Resource))
	if found.boundary != "" {
		w.Give(boundaryKey, keys.Is(found.boundary))
	}
}

// orCaller is the caller where a request names no user (AC47).
func (a *API) orCaller(call awsapi.Call, w *awsapi.Access) {
	if w.Resource != "*" {
		return
	}
	w.Resource = call.Principal()
	if u := iam.UserByID(a.read(), call.Caller.UserID); u != nil {
		w.Resource, w.Named = u.ARN(), "user "+u.Name
	}
}

// moveUser asks for what a user becomes as well. Source: IAM API reference, UpdateUser.
func (a *API) moveUser(call awsapi.Call, in *sdk.UpdateUserInput, wants []awsapi.Access) []awsapi.Access {
	if in.NewUserName == nil && in.NewPath == nil {
		return wants
	}
	becomes := iam.User{Account: iam.AccountOf(call.Scope()), Path: "/", Name: *in.UserName}
	if u := iam.Users.Find(a.read(), becomes.Account, becomes.Name); u != nil {
		becomes.Path, becomes.Name = u.Path, u.Name
	}
	becomes.Path, becomes.Name = *cmp.Or(in.NewPath, &becomes.Path), *cmp.Or(in.NewUserName, &becomes.Name)
	return append(wants, awsapi.Access{Action: wants[0].Action, Resource: becomes.ARN(), Keys: wants[0].Keys})
}

// moveGroup asks for what a group becomes as well. Source: IAM API reference, UpdateGroup.
func (a *API) moveGroup(call awsapi.Call, in *sdk.UpdateGroupInput, wants []awsapi.Access) []awsapi.Access {
	if in.NewGroupName == nil && in.NewPath == nil {
		return wants
	}
	becomes := iam.Group{Account: iam.AccountOf(call.Scope()), Path: "/", Name: *in.GroupName}
	if g := iam.Groups.Find(a.read(), becomes.Account, becomes.Name); g != nil {
		becomes.Path, becomes.Name = g.Path, g.Name
	}
	becomes.Path, becomes.Name = *cmp.Or(in.NewPath, &becomes.Path), *cmp.Or(in.NewGroupName, &becomes.Name)
	return append(wants, awsapi.Access{Action: wants[0].Action, Resource: becomes.ARN(), Keys: wants[0].Keys})
}

// keyOwner is the user who has an access key (AC47). One that is not there, or in another account, is refused by the method.
func (a *API) keyOwner(call awsapi.Call, in *sdk.GetAccessKeyLastUsedInput) []awsapi.Access {
	w := awsapi.Access{Action: "iam:GetAccessKeyLastUsed", Resource: "*", Named: "access key " + *in.AccessKeyId}
	tx := a.read()
	if key := iam.AccessKeys.Get(tx, *in.AccessKeyId); key != nil {
		if owner := iam.UserByID(tx, key.UserID); owner != nil && owner.Account == iam.AccountOf(call.Scope()) {
			w.Resource = owner.ARN()
		}
	}
	return []awsapi.Access{w}
}

// newLinkedRole is the role that is linked to a service, in any name where the service is not known.
func newLinkedRole(call awsapi.Call, in *sdk.CreateServiceLinkedRoleInput) []awsapi.Access {
	account := iam.AccountOf(call.Scope())
	role, _ := iam.NewServiceLinkedRole(account, *in.AWSServiceName, time.Time{})
	if role == nil {
		role = &iam.Role{Account: account, Path: "/aws-service-role/" + *in.AWSServiceName + "/", Name: "*"}
	} else if in.CustomSuffix != nil {
		role.Name += "_" + *in.CustomSuffix
	}
	return []awsapi.Access{{
		Action: "iam:CreateServiceLinkedRole", Resource: role.ARN(), Keys: awsapi.Keys{"iam:awsservicename": keys.Is(*in.AWSServiceName)},
	}}
}

// deletedRole is the role of a deletion, which its id names: task/aws-service-role/SERVICE/ROLE/ID.
func deletedRole(call awsapi.Call, in *sdk.GetServiceLinkedRoleDeletionStatusInput) []awsapi.Access {
	w := awsapi.Access{Action: "iam:GetServiceLinkedRoleDeletionStatus", Resource: "*"}
	if path, is := strings.CutPrefix(*in.DeletionTaskId, "task/"); is && strings.Count(path, "/") > 1 {
		path = path[:strings.LastIndexByte(path, '/')]
		at := strings.LastIndexByte(path, '/') + 1
		w.Resource = (&iam.Role{Account: iam.AccountOf(call.Scope()), Path: "/" + path[:at], Name: path[at:]}).ARN()
	}
	return []awsapi.Access{w}
}

// passToInstances asks whether the caller may pass the role. That it is to EC2 is an assumption.
func (a *API) passToInstances(call awsapi.Call, in *sdk.AddRoleToInstanceProfileInput, wants []awsapi.Access) []awsapi.Access {
	role := iam.Role{Account: iam.AccountOf(call.Scope()), Path: "/", Name: *in.RoleName}
	return append(wants, awsapi.Access{
		Action: "iam:PassRole", Resource: cmp.Or(find(a.read(), role.Account, "role", role.Name).arn, role.ARN()),
		Keys: awsapi.Keys{"iam:passedtoservice": keys.Is("ec2.amazonaws.com")},
	})
}

// newPolicy has a name in the refusal of its creation (AC13).
func newPolicy(_ awsapi.Call, w *awsapi.Access) {
	if w.Action == "iam:CreatePolicy" {
		w.Named = "policy " + arn.Name(w.Resource)
	}
}

// listPolicies has a path in refusals. Source: field reports.
func listPolicies(_ awsapi.Call, in *sdk.ListPoliciesInput, wants []awsapi.Access) []awsapi.Access {
	wants[0].Named = "policy path " + cmp.Or(aws.ToString(in.PathPrefix), "/")
	return wants
}

func newProviderARN(_ awsapi.Call, w *awsapi.Access) {
	w.Resource = strings.Replace(w.Resource, oidcProvider+scheme, oidcProvider, 1)
}

func (a *API) storedProvider(call awsapi.Call, w *awsapi.Access) {
	if found := iam.OIDCProviderByARN(a.read(), iam.AccountOf(call.Scope()), w.Resource); found != nil {
		w.Resource = found.ARN()
	}
}

// tagsOf are the tags of an entity or a provider by its ARN.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	account := iam.AccountOfARN(resourceARN)
	if p := iam.OIDCProviderByARN(a.read(), account, resourceARN); p != nil {
		return tagging.List(p.Tags, pair)
	}
	found := find(a.read(), account, kindOf(resourceARN), arn.Name(resourceARN))
	if found.arn != resourceARN {
		return nil
	}
	return tagging.List(found.tags, pair)
}

func pair(t types.Tag) (key, value string) { return aws.ToString(t.Key), aws.ToString(t.Value) }
