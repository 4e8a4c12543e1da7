import pluginVue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/api/schema.d.ts"] },
  ...tseslint.configs.strict,
  ...pluginVue.configs["flat/recommended"],
  {
    files: ["**/*.vue"],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The Content-Security-Policy forbids style attributes in HTML; `:style` is set through the CSSOM and passes.
      "vue/no-static-inline-styles": ["error", { allowBinding: true }],
      "vue/no-v-html": "error",
      // Every text comes from src/locales.
      "vue/no-bare-strings-in-template": "error",
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/define-macros-order": "error",
      "vue/block-order": ["error", { order: ["script", "template", "style"] }],
      "vue/multi-word-component-names": "off",
      "vue/max-lines-per-block": ["error", { template: 150, script: 150, style: 150, skipBlankLines: true }],
      // Layout of templates is left to the writer.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/html-indent": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/attributes-order": "off",
    },
  },
  {
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true }],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  { files: ["**/*.vue"], rules: { "max-lines": ["error", { max: 200 }] } },
);
