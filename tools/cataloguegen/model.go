package main

import (
	"fmt"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

// source is one endpoint as the YAML has it; keys that are not used here are
// left out.
type source struct {
	ID         string        `yaml:"id"`
	Title      string        `yaml:"title"`
	Origin     []string      `yaml:"origin"`
	Method     string        `yaml:"method"`
	Path       string        `yaml:"path"`
	Rate       []figure      `yaml:"rate"`
	BatchMax   int           `yaml:"batch_max"`
	Idempotent string        `yaml:"idempotent"` // a bool, or a sentence
	Errors     []sourceError `yaml:"errors"`

	Platforms  []string      `yaml:"platforms"`
	Body       string        `yaml:"body"`
	Response   string        `yaml:"response"`
	PathParams []sourceField `yaml:"path_params"`
	Query      []sourceField `yaml:"query"`
	Headers    []sourceField `yaml:"headers"`
	BodyFields []sourceField `yaml:"body_fields"`
}

// figure is one statement of one group of sources about one limit.
type figure struct {
	N      int    `yaml:"n"`
	Per    string `yaml:"per"`
	Unit   string `yaml:"unit"`
	Scope  string `yaml:"scope"`
	Pool   string `yaml:"pool"`
	Source string `yaml:"source"`

	// Platform is that of which alone the figure speaks; mostly empty.
	Platform string `yaml:"platform"`
	Note     string `yaml:"note"`
}

type sourceError struct {
	Status           status `yaml:"status"`
	ErrorCode        int    `yaml:"error_code"`
	Error            string `yaml:"error"`
	Message          string `yaml:"message"`
	Description      string `yaml:"description"`
	ErrorDescription string `yaml:"error_description"`
	When             string `yaml:"when"`

	// In errors.yaml only.
	Area           string `yaml:"area"`
	MessagePattern string `yaml:"message_pattern"`
	Meaning        string `yaml:"meaning"`
	Retry          string `yaml:"retry"`
}

// status is an HTTP status; a remark in its place ("not documented") is 0.
type status int

func (s *status) UnmarshalYAML(n *yaml.Node) error {
	if n.Tag != "!!int" {
		return nil
	}
	return n.Decode((*int)(s))
}

// endpoint is one line of catalogue.json.
type endpoint struct {
	ID            string          `json:"id"`
	Method        string          `json:"method"`
	Path          string          `json:"path"`
	Title         string          `json:"title"`
	Origin        []string        `json:"origin"`
	Pool          string          `json:"pool"`
	Quotas        []window        `json:"quotas"`
	EasemobQuotas []window        `json:"easemob_quotas,omitempty"`
	EasemobBudget *budget         `json:"easemob_budget,omitempty"`
	BatchMax      int             `json:"batch_max,omitempty"`
	Idempotent    bool            `json:"idempotent"`
	Errors        []endpointError `json:"errors,omitempty"`
}

type endpointError struct {
	Status  int    `json:"status,omitempty"`
	Code    int    `json:"code,omitempty"`
	Error   string `json:"error"`
	Message string `json:"message,omitempty"`
	When    string `json:"when"`
}

// documentedError is one line of errors.json.
type documentedError struct {
	Area    string `json:"area"`
	Status  int    `json:"status"`
	Code    int    `json:"code,omitempty"`
	Error   string `json:"error"`
	Message string `json:"message"`
	Meaning string `json:"meaning"`
	Retry   string `json:"retry"`
}

// file is what is read of each YAML file. Only errors.yaml has errors at its
// top level.
type file struct {
	Endpoints []source      `yaml:"endpoints"`
	Errors    []sourceError `yaml:"errors"`
}

// load reads all YAML files of a folder as one.
func load(dir string) (file, error) {
	var all file
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return all, err
	}
	if len(names) == 0 {
		return all, fmt.Errorf("no YAML file in %s", dir)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return all, err
		}
		var f file
		if err := yaml.Unmarshal(raw, &f); err != nil {
			return all, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		all.Endpoints = append(all.Endpoints, f.Endpoints...)
		all.Errors = append(all.Errors, f.Errors...)
	}
	return all, nil
}
