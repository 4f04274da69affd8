package main

import (
	"debug/buildinfo"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
)

// writeModules lists the modules that are linked into the program of a platform, as CycloneDX.
func (r release) writeModules(p platform) error {
	info, err := buildinfo.ReadFile(p.built())
	if err != nil {
		return err
	}
	list := cyclonedx.NewBOM()
	list.Metadata = &cyclonedx.Metadata{
		Timestamp: r.at.Format(time.RFC3339),
		Component: &cyclonedx.Component{
			Type: cyclonedx.ComponentTypeApplication, BOMRef: "ecs-emulator", Name: "ecs-emulator", Version: r.version,
			PackageURL: packageURL(info.Main.Path, r.version),
			Licenses:   &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
		},
	}
	modules := []cyclonedx.Component{library("std", info.GoVersion[len("go"):])}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		modules = append(modules, library(module.Path, module.Version))
	}
	list.Components = &modules
	out, err := os.Create(filepath.Join(r.out, r.name(p, ".cdx.json")))
	if err != nil {
		return err
	}
	return errors.Join(cyclonedx.NewBOMEncoder(out, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(list), out.Close())
}

func library(path, version string) cyclonedx.Component {
	url := packageURL(path, version)
	return cyclonedx.Component{Type: cyclonedx.ComponentTypeLibrary, BOMRef: url, Name: path, Version: version, PackageURL: url}
}

// packageURL names a Go module, as https://github.com/package-url/purl-spec has it.
func packageURL(path, version string) string { return "pkg:golang/" + path + "@" + version }
