package codedeploy

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// mostListed is how many a page has, and mostAsked how many a request may name: choices, but for what the operations say.
const (
	mostListed = 100
	mostAsked  = 100
)

// application finds an application of the call, whose name must have the form of one.
func application(ctx context.Context, tx *store.Tx, given *string) (*codedeploy.Application, error) {
	if err := checkName("applicationName", given); err != nil {
		return nil, err
	}
	app := codedeploy.Applications.Find(tx, awsapi.CallScope(ctx), *given)
	if app == nil {
		return nil, noApplication(*given)
	}
	return app, nil
}

func (a *API) CreateApplication(ctx context.Context, in *sdk.CreateApplicationInput) (*sdk.CreateApplicationOutput, error) {
	if err := checkName("applicationName", in.ApplicationName); err != nil {
		return nil, err
	}
	tags, err := withTags(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	made := &codedeploy.Application{
		Scope: awsapi.CallScope(ctx), Name: *in.ApplicationName, ID: arn.NewUUID(), CreatedAt: a.time(), Tags: tags,
		Platform: cmp.Or(in.ComputePlatform, types.ComputePlatformServer),
	}
	return &sdk.CreateApplicationOutput{ApplicationId: &made.ID}, a.Store.Update(func(tx *store.Tx) error {
		if codedeploy.Applications.Find(tx, made.Scope, made.Name) != nil {
			return applicationTaken(made.Name)
		}
		codedeploy.Applications.Put(tx, made)
		return nil
	})
}

func applicationTaken(name string) error {
	return refuse("ApplicationAlreadyExistsException", "An application with the name '%s' already exists.", name)
}

func (a *API) GetApplication(ctx context.Context, in *sdk.GetApplicationInput) (*sdk.GetApplicationOutput, error) {
	app, err := application(ctx, a.Store.Read(), in.ApplicationName)
	if err != nil {
		return nil, err
	}
	return &sdk.GetApplicationOutput{Application: describeApplication(app)}, nil
}

func describeApplication(app *codedeploy.Application) *types.ApplicationInfo {
	return &types.ApplicationInfo{ApplicationId: &app.ID, ApplicationName: &app.Name, ComputePlatform: app.Platform, CreateTime: &app.CreatedAt}
}

func (a *API) BatchGetApplications(ctx context.Context, in *sdk.BatchGetApplicationsInput) (*sdk.BatchGetApplicationsOutput, error) {
	if err := checkCount(len(in.ApplicationNames), mostAsked); err != nil {
		return nil, err
	}
	out := &sdk.BatchGetApplicationsOutput{ApplicationsInfo: []types.ApplicationInfo{}}
	for _, each := range in.ApplicationNames {
		app, err := application(ctx, a.Store.Read(), &each)
		if err != nil {
			return nil, err
		}
		out.ApplicationsInfo = append(out.ApplicationsInfo, *describeApplication(app))
	}
	return out, nil
}

func (a *API) ListApplications(ctx context.Context, in *sdk.ListApplicationsInput) (*sdk.ListApplicationsOutput, error) {
	names, next, err := listed(codedeploy.Applications.List(a.Store.Read(), awsapi.CallScope(ctx)), func(app *codedeploy.Application) string { return app.Name }, in.NextToken)
	return &sdk.ListApplicationsOutput{Applications: names, NextToken: next}, err
}

// listed is a page of names.
func listed[T any](all []T, name func(T) string, token *string) (names []string, next *string, err error) {
	part, next, err := page.Cut(all, name, page.Request{Token: token, Most: mostListed, Refusal: errToken})
	names = []string{}
	for _, each := range part {
		names = append(names, name(each))
	}
	return names, next, err
}

// UpdateApplication gives an application another name.
func (a *API) UpdateApplication(ctx context.Context, in *sdk.UpdateApplicationInput) (*sdk.UpdateApplicationOutput, error) {
	return &sdk.UpdateApplicationOutput{}, a.Store.Update(func(tx *store.Tx) error {
		app, err := application(ctx, tx, in.ApplicationName)
		if err != nil || in.NewApplicationName == nil || *in.NewApplicationName == app.Name {
			return err
		}
		if err := checkName("newApplicationName", in.NewApplicationName); err != nil {
			return err
		}
		if codedeploy.Applications.Find(tx, app.Scope, *in.NewApplicationName) != nil {
			return applicationTaken(*in.NewApplicationName)
		}
		codedeploy.RenameApplication(tx, app, *in.NewApplicationName)
		return nil
	})
}

// DeleteApplication has no error for an application that is not there.
func (a *API) DeleteApplication(ctx context.Context, in *sdk.DeleteApplicationInput) (*sdk.DeleteApplicationOutput, error) {
	if err := checkName("applicationName", in.ApplicationName); err != nil {
		return nil, err
	}
	return &sdk.DeleteApplicationOutput{}, a.Store.Update(func(tx *store.Tx) error {
		if app := codedeploy.Applications.Find(tx, awsapi.CallScope(ctx), aws.ToString(in.ApplicationName)); app != nil {
			codedeploy.DeleteApplication(tx, app)
		}
		return nil
	})
}
