package initfolder

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// ofIAM is an operation of IAM.
func ofIAM(name string) apiclient.Operation {
	return apiclient.Operation{Service: "IAM", Signed: "iam", Version: "2010-05-08", Name: name, Codec: wire.AsIs}
}

const thereAlready = "EntityAlreadyExists"

// makePolicy makes a managed policy, unless there is one of its name.
func (f *Folder) makePolicy(ctx context.Context, d definition) error {
	var in iam.CreatePolicyInput
	if err := wire.AsIs.Unmarshal(d.body, &in); err != nil {
		return err
	}
	return f.callUnless(ctx, ofIAM("CreatePolicy"), &in, nil, thereAlready)
}

// holdings is what the files of roles, users and groups have beside the input of the operation that makes these.
type holdings struct {
	Policies         map[string]json.RawMessage // documents of inline policies by their names, as objects or as text
	AttachedPolicies []string                   // ARNs of managed policies
	Groups           []string                   // of a user
}

// holder makes what a file has beside the input, for an entity of one kind.
type holder struct {
	put    func(policy, document string) error
	attach func(arn string) error
	join   func(group string) error // nil: only users are in groups
}

func (h holder) take(body []byte) error {
	var all holdings
	if err := json.Unmarshal(body, &all); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all.Policies)) {
		if err := h.put(name, text(all.Policies[name])); err != nil {
			return err
		}
	}
	for _, arn := range all.AttachedPolicies {
		if err := h.attach(arn); err != nil {
			return err
		}
	}
	for _, group := range all.Groups {
		if h.join == nil {
			return errors.New("only users have the member Groups")
		}
		if err := h.join(group); err != nil {
			return err
		}
	}
	return nil
}

// text is a document that is an object, or a text that has one.
func text(document json.RawMessage) string {
	var quoted string
	if json.Unmarshal(document, &quoted) == nil {
		return quoted
	}
	return string(document)
}

// makeRole makes a role with its policies.
func (f *Folder) makeRole(ctx context.Context, d definition) error {
	var in iam.CreateRoleInput
	give, err := f.makeHolder(ctx, d, "CreateRole", &in)
	if err != nil {
		return err
	}
	return holder{
		put: func(policy, document string) error {
			return give("PutRolePolicy", &iam.PutRolePolicyInput{RoleName: in.RoleName, PolicyName: &policy, PolicyDocument: &document})
		},
		attach: func(arn string) error {
			return give("AttachRolePolicy", &iam.AttachRolePolicyInput{RoleName: in.RoleName, PolicyArn: &arn})
		},
	}.take(d.body)
}

// makeGroup makes a group with its policies.
func (f *Folder) makeGroup(ctx context.Context, d definition) error {
	var in iam.CreateGroupInput
	give, err := f.makeHolder(ctx, d, "CreateGroup", &in)
	if err != nil {
		return err
	}
	return holder{
		put: func(policy, document string) error {
			return give("PutGroupPolicy", &iam.PutGroupPolicyInput{GroupName: in.GroupName, PolicyName: &policy, PolicyDocument: &document})
		},
		attach: func(arn string) error {
			return give("AttachGroupPolicy", &iam.AttachGroupPolicyInput{GroupName: in.GroupName, PolicyArn: &arn})
		},
	}.take(d.body)
}

// makeUser makes a user with its policies and groups.
func (f *Folder) makeUser(ctx context.Context, d definition) error {
	var in iam.CreateUserInput
	give, err := f.makeHolder(ctx, d, "CreateUser", &in)
	if err != nil {
		return err
	}
	return holder{
		put: func(policy, document string) error {
			return give("PutUserPolicy", &iam.PutUserPolicyInput{UserName: in.UserName, PolicyName: &policy, PolicyDocument: &document})
		},
		attach: func(arn string) error {
			return give("AttachUserPolicy", &iam.AttachUserPolicyInput{UserName: in.UserName, PolicyArn: &arn})
		},
		join: func(group string) error {
			return give("AddUserToGroup", &iam.AddUserToGroupInput{UserName: in.UserName, GroupName: &group})
		},
	}.take(d.body)
}

// makeHolder makes an entity, unless there is one of its name. give calls an operation that gives it what the file has
// beside the input: also one that was there, which an earlier start may have left without. An entity that was there and
// is full stays as it is.
func (f *Folder) makeHolder(ctx context.Context, d definition, create string, made any) (give func(op string, in any) error, err error) {
	if err := wire.AsIs.Unmarshal(d.body, made); err != nil {
		return nil, err
	}
	isNew, err := f.made(ctx, ofIAM(create), made, nil, thereAlready)
	if err != nil {
		return nil, err
	}
	return func(op string, in any) error {
		if isNew {
			return f.call(ctx, ofIAM(op), in, nil)
		}
		given, err := f.made(ctx, ofIAM(op), in, nil, "LimitExceeded")
		if err == nil && !given {
			f.leave(d.path, op+" exceeds a quota")
		}
		return err
	}, nil
}

// leave says that something which was there is not as a file has it, and stays.
func (f *Folder) leave(path, why string) {
	f.Log.Warn("left as it is", "file", path, "reason", why)
}

// makeAccessKey gives a user an access key that the file has: no operation takes an id or a secret.
func (f *Folder) makeAccessKey(d definition) error {
	var key struct{ UserName, AccessKeyID, SecretAccessKey string }
	if err := json.Unmarshal(d.body, &key); err != nil {
		return err
	}
	kept, err := f.GiveAccessKey(key.UserName, key.AccessKeyID, key.SecretAccessKey)
	if kept != "" {
		f.leave(d.path, kept)
	}
	return err
}
