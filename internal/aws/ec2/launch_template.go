package ec2

import (
	"cmp"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	launchTemplates = store.NewTable("ec2-launch-template", func(t *LaunchTemplate) string { return instanceKey(t.Scope, t.ID) })
	templateNames   = launchTemplates.Index(func(t *LaunchTemplate) string { return t.Scope.Prefix() + t.Name })
	versions        = store.NewTable("ec2-launch-template-version", (*LaunchTemplateVersion).key)
)

// LaunchTemplate is what instances are launched from, in versions. Its handlers write
// every field.
type LaunchTemplate struct {
	Scope           arn.Scope
	ID, Name        string // lt-…
	CreatedAt       time.Time
	CreatedBy       string // ARN
	Default, Latest int64  // numbers of versions
	Issued          int64  // the highest number that a version ever had
}

// LaunchTemplateVersion is one version, which never changes.
type LaunchTemplateVersion struct {
	Scope       arn.Scope
	TemplateID  string
	Number      int64
	Description string
	CreatedAt   time.Time
	CreatedBy   string
	Data        *types.ResponseLaunchTemplateData
}

func (v *LaunchTemplateVersion) key() string { return versionKey(v.Scope, v.TemplateID, v.Number) }

// versionKey has the versions of a template in their order.
func versionKey(scope arn.Scope, template string, number int64) string {
	return fmt.Sprintf("%s%s/%019d", scope.Prefix(), template, number)
}

// FindLaunchTemplate returns a launch template by its id, or nil.
func FindLaunchTemplate(tx *store.Tx, scope arn.Scope, id string) *LaunchTemplate {
	return launchTemplates.Get(tx, instanceKey(scope, id))
}

// LaunchTemplateByName returns a launch template by its name, or nil.
func LaunchTemplateByName(tx *store.Tx, scope arn.Scope, name string) *LaunchTemplate {
	for _, t := range templateNames.List(tx, scope.Prefix()+name) {
		return t
	}
	return nil
}

// LaunchTemplates returns those of an account and region, by name.
func LaunchTemplates(tx *store.Tx, scope arn.Scope) []*LaunchTemplate {
	all := launchTemplates.List(tx, scope.Prefix())
	sorting.By(all, func(a, b *LaunchTemplate) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func PutLaunchTemplate(tx *store.Tx, t *LaunchTemplate) { launchTemplates.Put(tx, t) }

// DeleteLaunchTemplate removes a launch template with its versions and tags.
func DeleteLaunchTemplate(tx *store.Tx, t *LaunchTemplate) {
	for _, v := range LaunchTemplateVersions(tx, t) {
		DeleteLaunchTemplateVersion(tx, v)
	}
	launchTemplates.Delete(tx, t)
	ec2network.SetTags(tx, t.Scope, t.ID, nil)
}

// LaunchTemplateVersions returns the versions of a launch template, the oldest first.
func LaunchTemplateVersions(tx *store.Tx, t *LaunchTemplate) []*LaunchTemplateVersion {
	return versions.List(tx, t.Scope.Prefix()+t.ID+"/")
}

// Version returns a version of a launch template by what names it: a number, $Latest, or
// $Default, which is also meant by nothing. It is nil if there is none.
func Version(tx *store.Tx, t *LaunchTemplate, name string) *LaunchTemplateVersion {
	number := t.Default
	switch name {
	case "", "$Default":
	case "$Latest":
		number = t.Latest
	default:
		if _, err := fmt.Sscanf(name, "%d", &number); err != nil || fmt.Sprint(number) != name {
			return nil
		}
	}
	return versions.Get(tx, versionKey(t.Scope, t.ID, number))
}

func PutLaunchTemplateVersion(tx *store.Tx, v *LaunchTemplateVersion) { versions.Put(tx, v) }

func DeleteLaunchTemplateVersion(tx *store.Tx, v *LaunchTemplateVersion) {
	versions.Delete(tx, v)
}
