package secretsmanager

import (
	"bytes"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Staging labels that Secrets Manager moves by itself.
const (
	Current  = "AWSCURRENT"
	Previous = "AWSPREVIOUS"
)

// Version is a version of a secret without its value.
type Version struct {
	ID         string
	Stages     []string
	CreatedAt  time.Time
	AccessedAt time.Time // the day on which its value was read last
}

// Values are the values of secrets, by the ids of their versions.
var Values = store.NewScoped("secretsmanager-value", valueKey, func(v *Value) string { return v.Secret + "\x00" + v.VersionID })

func valueKey(s *Secret, versionID string) string { return s.ARN() + "\x00" + versionID }

// Value is what a version of a secret keeps: a text, or bytes.
type Value struct {
	Secret    string // ARN
	VersionID string
	Text      string
	Binary    []byte
}

// Same reports whether two values are equal. A value that is not there, as its row was damaged and left out, equals none.
func (v *Value) Same(other *Value) bool {
	return v != nil && v.Text == other.Text && bytes.Equal(v.Binary, other.Binary)
}

// DeleteValue removes the value of a version.
func DeleteValue(tx *store.Tx, s *Secret, versionID string) {
	if v := Values.Find(tx, s, versionID); v != nil {
		Values.Delete(tx, v)
	}
}

// Version returns the place of a version, -1 if there is none.
func (s *Secret) Version(id string) int {
	return slices.IndexFunc(s.Versions, func(v Version) bool { return v.ID == id })
}

// Staged returns the place of the version with a staging label, -1 if there is none.
func (s *Secret) Staged(stage string) int {
	return slices.IndexFunc(s.Versions, func(v Version) bool { return slices.Contains(v.Stages, stage) })
}

// Add adds a version to a copy of a secret.
func (s *Secret) Add(v Version) { s.Versions = append(slices.Clone(s.Versions), v) }

// Attach moves a staging label to a version of a copy of a secret. The version that
// AWSCURRENT leaves gets AWSPREVIOUS (SEC0003).
func (s *Secret) Attach(stage string, to int) {
	from := s.Staged(stage)
	if from == to {
		return
	}
	s.Detach(stage)
	s.Versions[to].Stages = append(slices.Clone(s.Versions[to].Stages), stage)
	if stage == Current {
		s.Versions[to].Stages = without(s.Versions[to].Stages, Previous)
		if from >= 0 {
			s.Attach(Previous, from)
		}
	}
}

// Detach removes a staging label from a copy of a secret.
func (s *Secret) Detach(stage string) {
	s.Versions = slices.Clone(s.Versions)
	for i := range s.Versions {
		s.Versions[i].Stages = without(s.Versions[i].Stages, stage)
	}
}

func without(stages []string, stage string) []string {
	return slices.DeleteFunc(slices.Clone(stages), func(s string) bool { return s == stage })
}

// Quota of versions, and how long one is kept in any case. Source: Secrets Manager user
// guide, quotas and secret versions.
const (
	maxVersions = 100
	keptFor     = 24 * time.Hour
)

// Trim removes the oldest versions without a staging label of a copy of a secret when it has
// too many.
func (s *Secret) Trim(tx *store.Tx, now time.Time) {
	left := len(s.Versions) - maxVersions
	if left <= 0 {
		return
	}
	s.Versions = slices.DeleteFunc(slices.Clone(s.Versions), func(v Version) bool {
		if left == 0 || len(v.Stages) > 0 || now.Sub(v.CreatedAt) < keptFor {
			return false
		}
		left--
		DeleteValue(tx, s, v.ID)
		return true
	})
}
