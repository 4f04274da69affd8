package ecs_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
)

const user = "arn:aws:iam::" + testAccount + ":user/eve"

func (s *server) settings(t testing.TB, in *sdk.ListAccountSettingsInput) map[string]string {
	t.Helper()
	found := map[string]string{}
	p := sdk.NewListAccountSettingsPaginator(s, in)
	for p.HasMorePages() {
		for _, setting := range must[*sdk.ListAccountSettingsOutput](t)(p.NextPage(ctx)).Settings {
			found[string(setting.Name)] = *setting.Value
		}
	}
	return found
}

func TestAccountSettings(t *testing.T) {
	s := newServer(t)
	if got := s.settings(t, &sdk.ListAccountSettingsInput{}); len(got) != 0 {
		t.Errorf("nothing is stored yet: %v", got)
	}
	effective := s.settings(t, &sdk.ListAccountSettingsInput{EffectiveSettings: true})
	if len(effective) != 13 || effective["taskLongArnFormat"] != "enabled" || effective["awsvpcTrunking"] != "disabled" {
		t.Errorf("got %v", effective)
	}

	byDefault := must[*sdk.PutAccountSettingDefaultOutput](t)(s.PutAccountSettingDefault(ctx, &sdk.PutAccountSettingDefaultInput{
		Name: types.SettingNameContainerInsights, Value: aws.String("enhanced"),
	})).Setting
	if *byDefault.PrincipalArn != testScope.Root() || byDefault.Type != types.SettingTypeUser {
		t.Errorf("got %+v", byDefault)
	}
	own := must[*sdk.PutAccountSettingOutput](t)(s.PutAccountSetting(ctx, &sdk.PutAccountSettingInput{
		Name: types.SettingNameAwsvpcTrunking, Value: aws.String("enabled"), PrincipalArn: aws.String(user),
	})).Setting
	if *own.PrincipalArn != user {
		t.Errorf("got %+v", own)
	}

	stored := s.settings(t, &sdk.ListAccountSettingsInput{PrincipalArn: aws.String(user)})
	if len(stored) != 1 || stored["awsvpcTrunking"] != "enabled" {
		t.Errorf("got %v", stored)
	}
	effective = s.settings(t, &sdk.ListAccountSettingsInput{EffectiveSettings: true, PrincipalArn: aws.String(user)})
	if effective["awsvpcTrunking"] != "enabled" || effective["containerInsights"] != "enhanced" {
		t.Errorf("own value, then the account's default: %v", effective)
	}
	filtered := s.settings(t, &sdk.ListAccountSettingsInput{
		EffectiveSettings: true, Name: types.SettingNameContainerInsights, Value: aws.String("disabled"),
	})
	if len(filtered) != 0 {
		t.Errorf("got %v", filtered)
	}

	// New clusters take the default.
	c := must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("c")})).Cluster
	if *c.Settings[0].Value != "enhanced" {
		t.Errorf("got %+v", c.Settings)
	}

	left := must[*sdk.DeleteAccountSettingOutput](t)(s.DeleteAccountSetting(ctx, &sdk.DeleteAccountSettingInput{
		Name: types.SettingNameAwsvpcTrunking, PrincipalArn: aws.String(user),
	})).Setting
	if *left.Value != "disabled" {
		t.Errorf("ECS's own default holds again: %+v", left)
	}
}

func TestAccountSettingRefusals(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct{ name, value, principal, message string }{
		{"unknown", "on", "", "unknown should be one of [serviceLongArnFormat,taskLongArnFormat,containerInstanceLongArnFormat,containerLongArnFormat,awsvpcTrunking,containerInsights,dualStackIPv6,fargateFIPSMode,tagResourceAuthorization,fargateTaskRetirementWaitPeriod,guardDutyActivate,defaultLogDriverMode,fargateEventWindows]"},
		{"awsvpcTrunking", "on", "", "Invalid setting 'value'"},
		{"guardDutyActivate", "on", "", "Invalid setting 'value'"},
		{"taskLongArnFormat", "disabled", "", "You can no longer disable Long Arn settings"},
		{"fargateTaskRetirementWaitPeriod", "0", user, "fargateTaskRetirementWaitPeriod can only be set for the root user."},
		{"awsvpcTrunking", "enabled", "eve", "The ARN provided is invalid."},
	} {
		in := &sdk.PutAccountSettingInput{Name: types.SettingName(c.name), Value: &c.value}
		if c.principal != "" {
			in.PrincipalArn = &c.principal
		}
		_, err := s.PutAccountSetting(ctx, in)
		refused(t, err, "InvalidParameterException", c.message)
	}
	_, err := s.ListAccountSettings(ctx, &sdk.ListAccountSettingsInput{Value: aws.String("on")})
	refused(t, err, "InvalidParameterException", "name must be specified when value is specified.")
}

// TestAccountSettingsOfCallers: each caller sets its own, and the default is the root user's, also if another one sets it.
func TestAccountSettingsOfCallers(t *testing.T) {
	const role = "arn:aws:iam::" + testAccount + ":role/deploy"
	s := newServer(t)
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}})
	as := func(c awsapi.Caller) *server {
		c.Account = testAccount
		h := httptest.NewServer(api.Service().Handler(awsapi.Options{
			Logger: slog.New(slog.DiscardHandler), Caller: func(awsapi.Scope, string) (awsapi.Caller, bool, error) { return c, true, nil },
		}))
		t.Cleanup(h.Close)
		return &server{Client: clientOf(h.URL, testRegion, testAccount)}
	}
	eve := as(awsapi.Caller{ARN: user})
	deploy := as(awsapi.Caller{ARN: "arn:aws:sts::" + testAccount + ":assumed-role/deploy/ci", RoleARN: role})
	federated := as(awsapi.Caller{ARN: "arn:aws:sts::" + testAccount + ":federated-user/bob", Session: &sts.Session{FederatedName: "bob"}})

	for _, c := range []struct {
		caller *server

		owner, insights string
	}{{eve, user, "enhanced"}, {deploy, role, "enabled"}, {federated, testScope.Root(), "disabled"}} {
		put := must[*sdk.PutAccountSettingOutput](t)(c.caller.PutAccountSetting(ctx, &sdk.PutAccountSettingInput{Name: "awsvpcTrunking", Value: aws.String("enabled")}))
		byDefault := must[*sdk.PutAccountSettingDefaultOutput](t)(c.caller.PutAccountSettingDefault(ctx, &sdk.PutAccountSettingDefaultInput{
			Name: "fargateTaskRetirementWaitPeriod", Value: aws.String("14"),
		}))
		if *put.Setting.PrincipalArn != c.owner || *byDefault.Setting.PrincipalArn != testScope.Root() {
			t.Errorf("%s sets the setting of %s, and the default is of %s", c.owner, *put.Setting.PrincipalArn, *byDefault.Setting.PrincipalArn)
		}
		must[*sdk.PutAccountSettingOutput](t)(c.caller.PutAccountSetting(ctx, &sdk.PutAccountSettingInput{Name: types.SettingNameContainerInsights, Value: aws.String(c.insights)}))
		made := must[*sdk.CreateClusterOutput](t)(c.caller.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("of-" + c.insights)})).Cluster
		if *made.Settings[0].Value != c.insights {
			t.Errorf("the cluster of %s has %v", c.owner, *made.Settings[0].Value)
		}
		if got := c.caller.settings(t, &sdk.ListAccountSettingsInput{}); got["awsvpcTrunking"] != "enabled" {
			t.Errorf("%s has %v", c.owner, got)
		}
	}
}
