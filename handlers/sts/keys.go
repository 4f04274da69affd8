package sts

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/sts"
)

// keys are what the trust policy of a role sees of a request for it (AC60, AC62). Others, such as the tags of the caller
// and whether it has an MFA device, are not known.
type keys struct{ policy.Partial }

func (k keys) Key(name string) policy.Value {
	v := k.Partial.Key(name)
	if v.Unknown && strings.HasPrefix(name, "aws:requesttag/") {
		return policy.Value{}
	}
	return v
}

func keysOf(call awsapi.Call, in *sts.AssumeRoleInput, now time.Time) keys {
	k := keys{policy.Global(call.PolicyPrincipal(), call.Region, now)}
	k.Partial["sts:rolesessionname"] = policy.Is(*in.RoleSessionName)
	k.Partial["sts:externalid"] = optional(in.ExternalId)
	k.Partial["sts:sourceidentity"] = optional(in.SourceIdentity)
	k.Partial["sts:transitivetagkeys"] = policy.Many(in.TransitiveTagKeys)
	var names []string
	for _, tag := range in.Tags {
		name := aws.ToString(tag.Key)
		names = append(names, name)
		k.Partial["aws:requesttag/"+strings.ToLower(name)] = policy.Is(aws.ToString(tag.Value))
	}
	k.Partial["aws:tagkeys"] = policy.Many(names)
	return k
}

func optional(text *string) policy.Value {
	if text == nil {
		return policy.Value{}
	}
	return policy.Is(*text)
}
