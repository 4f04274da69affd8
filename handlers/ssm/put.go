package ssm

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// defaultKey is what SecureStrings that name no key are encrypted with on AWS.
const defaultKey = "alias/aws/ssm"

// PutParameter makes a parameter, or the next version of one.
func (a *API) PutParameter(ctx context.Context, in *sdk.PutParameterInput) (*sdk.PutParameterOutput, error) {
	if err := checkPut(ctx, in); err != nil {
		return nil, err
	}
	put := &put{
		in: in, scope: awsapi.CallScope(ctx), now: a.now(), by: awsapi.FromContext(ctx).Principal(),
		key: ssm.NewKey(awsapi.CallScope(ctx)), nonce: ssm.NewNonce(),
	}
	var made *ssm.Version
	err := a.update(func(tx *store.Tx) (err error) {
		made, err = put.write(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutParameterOutput{Tier: made.Tier, Version: made.Number}, nil
}

// checkPut refuses what is wrong of itself, without a look at what is stored.
func checkPut(ctx context.Context, in *sdk.PutParameterInput) error {
	if len(in.Tags) > 0 && aws.ToBool(in.Overwrite) {
		return invalid("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. " +
			"To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.")
	}
	if err := checkName(awsapi.CallScope(ctx), *in.Name); err != nil {
		return err
	}
	if err := checkDataType(aws.ToString(in.DataType)); err != nil {
		return err
	}
	if err := checkPolicies(aws.ToString(in.Policies), in.Tier); err != nil {
		return err
	}
	return checkValue(*in.Value)
}

// checkPolicies refuses policies, as AWS does for what is to be a standard parameter (SSM0010).
func checkPolicies(policies string, tier types.ParameterTier) error {
	switch policies = strings.TrimSpace(policies); {
	case policies == "", policies == "[]":
		return nil
	case tier == types.ParameterTierStandard:
		return invalid("You can't assign parameter policies to a standard-parameter tier. " +
			"You must upgrade the parameter to use the advanced-parameter tier. " + aboutTiers)
	}
	return awsapi.NotImplemented("ssm", "the policies of parameters")
}

// checkDataType knows text and the ids of images, which it does not look up.
// Source: recorded answers, for the refusals.
func checkDataType(dataType string) error {
	switch dataType {
	case "", "text", "aws:ec2:image":
		return nil
	case "aws:ssm:integration":
		return invalid("Parameters with data type: aws:ssm:integration must start with prefix: /d9d01087-4a3f-49e0-b0b4-d568d7826553/ssm/integrations")
	}
	return invalid("The following data type is not supported: %s. (Data type names are all lowercase.)", dataType)
}

// checkValue refuses references to parameters, which AWS's text shows: the log does not
// (SSM0006).
func checkValue(value string) error {
	_, inside, opens := strings.Cut(value, "{{")
	if !opens || !strings.Contains(inside, "}}") {
		return nil
	}
	return hushed{
		invalid(`Parameter value: '%s' failed to satisfy constraint: Parameter value can't nest another parameter. Do not use "{{}}" in the value.`, value),
		"the value refers to another parameter",
	}
}

// put is a request to put a parameter, with what depends on time and chance.
type put struct {
	in    *sdk.PutParameterInput
	scope arn.Scope
	now   time.Time
	by    string
	key   *ssm.Key // if there is none yet
	nonce ssm.Nonce
}

// write makes a parameter or its next version.
func (p *put) write(ctx context.Context, tx *store.Tx) (*ssm.Version, error) {
	there := ssm.FindParameter(tx, p.scope, *p.in.Name)
	if there == nil {
		return p.create(ctx, tx)
	}
	if !aws.ToBool(p.in.Overwrite) {
		return nil, refusal("ParameterAlreadyExists",
			"The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
	}
	if err := makeRoom(tx, there); err != nil {
		return nil, err
	}
	next := *ssm.LatestVersion(tx, there)
	next.Number, next.Labels = there.Latest+1, nil
	if err := p.fill(tx, &next); err != nil {
		return nil, err
	}
	changed := *there
	changed.Latest = next.Number
	ssm.PutParameter(tx, &changed)
	ssm.Versions.Put(tx, &next)
	return &next, nil
}

func (p *put) create(ctx context.Context, tx *store.Tx) (*ssm.Version, error) {
	if p.in.Type == "" { // SSM0011
		return nil, invalid("A parameter type is required when you create a parameter.")
	}
	made := &ssm.Parameter{Scope: p.scope, Name: *p.in.Name, CreatedAt: p.now, Latest: 1}
	if err := setTags(ctx, made, p.in.Tags); err != nil {
		return nil, err
	}
	first := &ssm.Version{Scope: p.scope, Name: made.Name, Number: 1, DataType: "text"}
	if err := p.fill(tx, first); err != nil {
		return nil, err
	}
	ssm.PutParameter(tx, made)
	ssm.Versions.Put(tx, first)
	return first, nil
}

// fill gives a version what the request says; what it does not say stays as it was
// (SSM0006).
func (p *put) fill(tx *store.Tx, v *ssm.Version) (err error) {
	v.ModifiedAt, v.ModifiedBy = p.now, p.by
	v.Type, v.DataType = cmp.Or(p.in.Type, v.Type), cmp.Or(aws.ToString(p.in.DataType), v.DataType)
	if p.in.Description != nil {
		v.Description = *p.in.Description
	}
	if p.in.AllowedPattern != nil {
		v.AllowedPattern = *p.in.AllowedPattern
	}
	if v.Tier, err = tier(p.in.Tier, v.Tier, len(*p.in.Value)); err != nil {
		return err
	}
	if err := checkPattern(v.AllowedPattern, *p.in.Value); err != nil {
		return err
	}
	v.Value = *p.in.Value
	if v.Type != types.ParameterTypeSecureString {
		v.KeyID = ""
		return nil
	}
	v.KeyID = cmp.Or(aws.ToString(p.in.KeyId), v.KeyID, defaultKey)
	v.Value = p.keyOf(tx).Seal(p.nonce, v.Value, ssm.ARN(v.Scope, v.Name))
	return nil
}

// keyOf is the key of the scope, made if there is none.
func (p *put) keyOf(tx *store.Tx) *ssm.Key {
	if key := ssm.FindKey(tx, p.scope); key != nil {
		return key
	}
	ssm.PutKey(tx, p.key)
	return p.key
}

// Sizes of values, in bytes. Source: Systems Manager user guide, parameter tiers.
const (
	maxStandard = 4096
	maxAdvanced = 8192
	aboutTiers  = "For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
)

// tier decides the tier of a version whose value has some bytes (SSM0010, SSM0011).
func tier(asked, before types.ParameterTier, size int) (types.ParameterTier, error) {
	decided := cmp.Or(asked, before, types.ParameterTierStandard)
	if asked == types.ParameterTierIntelligentTiering {
		decided = types.ParameterTierStandard
		if before == types.ParameterTierAdvanced || size > maxStandard {
			decided = types.ParameterTierAdvanced
		}
	}
	switch {
	case decided == types.ParameterTierStandard && size > maxStandard:
		return "", invalid("Standard tier parameters support a maximum parameter value of %d characters. "+
			"To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. "+aboutTiers, maxStandard)
	case decided == types.ParameterTierStandard && before == types.ParameterTierAdvanced:
		return "", invalid("This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier "+
			"to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. "+
			"Be aware that standard parameters have a value limit of %d characters.", maxStandard)
	case size > maxAdvanced:
		return "", invalid("Advanced tier parameters support a maximum parameter value of %d characters.", maxAdvanced)
	}
	return decided, nil
}

// maxVersions is how many versions of a parameter are kept. Source: Systems Manager user
// guide, parameter versions, for the text as well.
const maxVersions = 100

// makeRoom removes the oldest version if there is no room for the next one.
func makeRoom(tx *store.Tx, p *ssm.Parameter) error {
	all := ssm.Versions.List(tx, p)
	if len(all) < maxVersions {
		return nil
	}
	if len(all[0].Labels) > 0 {
		return refusal("ParameterMaxVersionLimitExceeded", "You attempted to create a new version of %s by calling the PutParameter API with the overwrite flag. "+
			"Version %d, the oldest version, can't be deleted because it has a label associated with it. "+
			"Move the label to another version of the parameter, and try again.", p.Name, all[0].Number)
	}
	ssm.Versions.Delete(tx, all[0])
	return nil
}
