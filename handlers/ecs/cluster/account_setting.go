package cluster

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/accountsetting"
)

// settingRule is what is known of an account setting.
type settingRule struct {
	name    string
	values  []string
	initial string // what ECS assumes until it is set
	// rootOnly settings are the account's: no other principal has a value.
	rootOnly bool
	// managed settings are AWS's: requests cannot set them.
	managed bool
}

// settingRules lists the account settings in ECS's order. The long ARN formats can
// no longer be turned off.
// Source: ECS API reference, PutAccountSetting; ECS developer guide, account
// settings; field reports for containerLongArnFormat.
var settingRules = []settingRule{
	{name: "serviceLongArnFormat", values: []string{"enabled"}, initial: "enabled"},
	{name: "taskLongArnFormat", values: []string{"enabled"}, initial: "enabled"},
	{name: "containerInstanceLongArnFormat", values: []string{"enabled"}, initial: "enabled"},
	{name: "containerLongArnFormat", values: []string{"enabled"}, initial: "enabled"},
	{name: "awsvpcTrunking", values: []string{"enabled", "disabled"}, initial: "disabled"},
	{name: "containerInsights", values: containerInsights, initial: "disabled"},
	{name: "dualStackIPv6", values: []string{"enabled", "disabled"}, initial: "enabled"},
	{name: "fargateFIPSMode", values: []string{"enabled", "disabled"}, initial: "disabled"},
	{name: "tagResourceAuthorization", values: []string{"on", "off"}, initial: "on"},
	{name: "fargateTaskRetirementWaitPeriod", values: []string{"0", "7", "14"}, initial: "7", rootOnly: true},
	{name: "guardDutyActivate", values: []string{"on", "off"}, initial: "off", managed: true},
	{name: "defaultLogDriverMode", values: []string{"blocking", "non-blocking"}, initial: "non-blocking"},
	{name: "fargateEventWindows", values: []string{"enabled", "disabled"}, initial: "disabled"},
}

// maxSettingsPage is the page size of ListAccountSettings, asked for or not.
// Source: ECS API reference, ListAccountSettings.
const maxSettingsPage = 10

// PutAccountSetting sets a value for a principal: the caller, if none is named (ECS0372).
func (a *API) PutAccountSetting(ctx context.Context, in *sdk.PutAccountSettingInput) (*sdk.PutAccountSettingOutput, error) {
	scope, principal, err := a.principal(ctx, in.PrincipalArn)
	if err != nil {
		return nil, err
	}
	setting, err := a.putAccountSetting(scope, principal, in.Name, in.Value)
	return &sdk.PutAccountSettingOutput{Setting: setting}, err
}

// PutAccountSettingDefault sets the value of all principals that have none of
// their own. It is stored as the root principal's.
func (a *API) PutAccountSettingDefault(ctx context.Context, in *sdk.PutAccountSettingDefaultInput) (*sdk.PutAccountSettingDefaultOutput, error) {
	scope := kit.Scope(ctx)
	setting, err := a.putAccountSetting(scope, scope.Root(), in.Name, in.Value)
	return &sdk.PutAccountSettingDefaultOutput{Setting: setting}, err
}

// putAccountSetting stores a principal's value.
func (a *API) putAccountSetting(scope arn.Scope, principal string, name types.SettingName, value *string) (*types.Setting, error) {
	rule, err := settingNamed(name)
	if err != nil {
		return nil, err
	}
	switch {
	case aws.ToString(value) == "disabled" && strings.HasSuffix(rule.name, "LongArnFormat"):
		return nil, kit.InvalidParameter("You can no longer disable Long Arn settings") // ECS0120
	case rule.managed, !slices.Contains(rule.values, aws.ToString(value)):
		return nil, kit.InvalidParameter("Invalid setting 'value'") // ECS0120
	case rule.rootOnly && principal != scope.Root():
		return nil, kit.InvalidParameter(rule.name + " can only be set for the root user.") // words not published
	}
	row := &accountsetting.Setting{
		ID: accountsetting.Key(scope, principal, rule.name), Principal: principal, Name: rule.name, Value: *value,
	}
	err = a.Store.Update(func(tx *store.Tx) error {
		accountsetting.Settings.Put(tx, row)
		return nil
	})
	return describeSetting(rule, principal, row.Value), err
}

// DeleteAccountSetting removes a principal's own value and answers the one that
// holds from now on.
func (a *API) DeleteAccountSetting(ctx context.Context, in *sdk.DeleteAccountSettingInput) (*sdk.DeleteAccountSettingOutput, error) {
	scope, principal, err := a.principal(ctx, in.PrincipalArn)
	if err != nil {
		return nil, err
	}
	rule, err := settingNamed(in.Name)
	if err != nil {
		return nil, err
	}
	var value string
	err = a.Store.Update(func(tx *store.Tx) error {
		if own := accountsetting.Find(tx, scope, principal, rule.name); own != nil {
			accountsetting.Settings.Delete(tx, own)
		}
		value, _ = accountSetting(tx, scope, principal, rule)
		return nil
	})
	return &sdk.DeleteAccountSettingOutput{Setting: describeSetting(rule, principal, value)}, err
}

// ListAccountSettings lists a principal's own values or, with effectiveSettings,
// the values that hold for it.
func (a *API) ListAccountSettings(ctx context.Context, in *sdk.ListAccountSettingsInput) (*sdk.ListAccountSettingsOutput, error) {
	scope, principal, err := a.principal(ctx, in.PrincipalArn)
	if err != nil {
		return nil, err
	}
	value := aws.ToString(in.Value)
	if in.Name != "" {
		if _, err := settingNamed(in.Name); err != nil {
			return nil, err
		}
	} else if value != "" {
		return nil, kit.InvalidParameter("name must be specified when value is specified.") // words not published
	}
	settings := []types.Setting{}
	tx := a.Store.Read()
	for _, rule := range settingRules {
		held, own := accountSetting(tx, scope, principal, rule)
		if !own && !in.EffectiveSettings ||
			in.Name != "" && string(in.Name) != rule.name || value != "" && value != held {
			continue
		}
		settings = append(settings, *describeSetting(rule, principal, held))
	}
	byName := func(s types.Setting) string { return string(s.Name) }
	sorting.By(settings, func(a, b types.Setting) int { return strings.Compare(byName(a), byName(b)) })
	effective := ""
	if in.EffectiveSettings {
		effective = "effective"
	}
	settings, next, err := kit.Page(settings, byName, kit.PageQuery{
		Operation: "ListAccountSettings", Scope: scope,
		Filters: []string{principal, string(in.Name), value, effective},
		Size:    kit.SizedUnlessZero(in.MaxResults), Most: maxSettingsPage, Token: aws.ToString(in.NextToken),
	})
	return &sdk.ListAccountSettingsOutput{Settings: settings, NextToken: next}, err
}

// accountSetting is the value that holds for a principal, and whether it is its
// own: otherwise the account's default, or else what ECS assumes.
func accountSetting(tx *store.Tx, scope arn.Scope, principal string, rule settingRule) (value string, own bool) {
	if s := accountsetting.Find(tx, scope, principal, rule.name); s != nil {
		return s.Value, true
	}
	if s := accountsetting.Find(tx, scope, scope.Root(), rule.name); s != nil {
		return s.Value, false
	}
	return rule.initial, false
}

func settingNamed(name types.SettingName) (settingRule, error) {
	names := make([]string, len(settingRules))
	for i, rule := range settingRules {
		if rule.name == string(name) {
			return rule, nil
		}
		names[i] = rule.name
	}
	return settingRule{}, kit.InvalidParameter(string(name) + " should be one of [" + strings.Join(names, ",") + "]")
}

// principal is whom a request is about: an IAM ARN of the account, or the caller.
func (a *API) principal(ctx context.Context, ref *string) (arn.Scope, string, error) {
	scope := kit.Scope(ctx)
	if aws.ToString(ref) == "" {
		return scope, kit.SettingOwner(awsapi.FromContext(ctx)), nil
	}
	iam := "arn:" + scope.Partition() + ":iam::" + scope.Account + ":"
	if rest, ok := strings.CutPrefix(*ref, iam); !ok || rest == "" {
		return scope, "", kit.InvalidParameter("The ARN provided is invalid.")
	}
	return scope, *ref, nil
}

func describeSetting(rule settingRule, principal, value string) *types.Setting {
	kind := types.SettingTypeUser
	if rule.managed {
		kind = types.SettingTypeAwsManaged
	}
	return &types.Setting{Name: types.SettingName(rule.name), Value: &value, PrincipalArn: &principal, Type: kind}
}
