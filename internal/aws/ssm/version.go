package ssm

import (
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Versions are the versions that are left of parameters, the oldest first.
var Versions = store.NewScoped("ssm-parameter-version", versionOf, func(v *Version) string { return versionKey(v.Scope, v.Name, v.Number) })

// Version is a version of a parameter. Its handlers write every field.
type Version struct {
	Scope  arn.Scope
	Name   string // that of the parameter
	Number int64

	Type           types.ParameterType
	Value          string // of a SecureString what Key.Seal made of it
	KeyID          string // of a SecureString, as it was asked for
	DataType       string
	Tier           types.ParameterTier
	Description    string
	AllowedPattern string
	Labels         []string
	ModifiedAt     time.Time
	ModifiedBy     string // ARN
}

// versionKey sorts versions by their numbers. No name has a zero byte.
func versionKey(s arn.Scope, name string, number int64) string {
	return versionPrefix(s, name) + fmt.Sprintf("%019d", number)
}

func versionPrefix(s arn.Scope, name string) string { return key(s, name) + "\x00" }

func versionOf(p *Parameter, number string) string { return versionPrefix(p.Scope, p.Name) + number }

// FindVersion returns a version by its number, or nil.
func FindVersion(tx *store.Tx, p *Parameter, number int64) *Version {
	return Versions.Get(tx, versionKey(p.Scope, p.Name, number))
}

// LatestVersion returns the newest version, which each parameter has.
func LatestVersion(tx *store.Tx, p *Parameter) *Version { return FindVersion(tx, p, p.Latest) }

// LabelledVersion returns the version that has a label, or nil.
func LabelledVersion(tx *store.Tx, p *Parameter, label string) *Version {
	for v := range Versions.Forward(tx, versionPrefix(p.Scope, p.Name)) {
		if slices.Contains(v.Labels, label) {
			return v
		}
	}
	return nil
}
